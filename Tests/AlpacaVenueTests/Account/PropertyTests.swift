import AlpacaAPI
@testable import AlpacaVenue
import JSON
import SeededRandom
import Testing
import TestSupport
import Trading

/// Requests and markets at random: what must hold whatever is asked for.
@Suite("Alpaca venue: any requests in any market")
struct PropertyTests {
    private struct Client {
        let rig: Rig
        var random: SplitMix64
        /// What the stream has told: of each order its last word, of each execution its figures.
        var orders: [Alpaca.OrderID: Alpaca.Order] = [:]
        var executions: [Alpaca.ExecutionID: Alpaca.TradeUpdate] = [:]
        var position = Quantity(shares: 200)

        init(_ seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            let participation = Ratio(units: random.pick([Ratio.scale, Ratio.scale / 10]))
            rig = try Rig(cash: "50000", held: 200, multiplier: random.pick([1, 2])) {
                $0.seed = Int64(seed)
                $0.requestsPerMinute = 1_000_000
                $0.participation = participation
            }
            rig.listen()
        }

        mutating func price() -> String { "\(random.number(90...110)).\(random.number(10...99))" }

        mutating func step() throws {
            switch random.below(10) {
            case 0...3: place()
            case 4: replace()
            case 5: cancel()
            case 6:
                let bid = random.number(90...110)
                try rig.quote("\(bid).00", "\(bid).0\(random.number(1...9))", after: random.number(1...30))
            case 7, 8: try bar()
            default: closeSome()
            }
            for update in try rig.updates() { hear(update) }
        }

        private mutating func place() {
            let side = random.pick(["buy", "sell"])
            let quantity = random.pick(["1", "7", "50", "120", "0.5"])
            let tif = random.pick(["day", "gtc", "ioc"])
            let more: (String, String) =
                switch random.below(8) {
                case 0: ("market", "")
                case 1, 2: ("limit", #""limit_price":"\#(price())""#)
                case 3: ("stop", #""stop_price":"\#(price())""#)
                case 4: ("trailing_stop", #""trail_percent":"\#(random.number(1...9))""#)
                case 5:
                    (
                        "limit",
                        #""order_class":"oco","take_profit":{"limit_price":"\#(price())"},"stop_loss":{"stop_price":"\#(price())"}"#
                    )
                case 6:
                    (
                        "market",
                        #""order_class":"bracket","take_profit":{"limit_price":"\#(price())"},"stop_loss":{"stop_price":"\#(price())"}"#
                    )
                default:
                    (
                        "limit",
                        #""limit_price":"\#(price())","order_class":"oto","stop_loss":{"stop_price":"\#(price())"}"#
                    )
                }
            let response = rig.send("POST", "/v2/orders", order(side, quantity, more.0, more.1, tif: tif))
            #expect([200, 403, 422].contains(response.status), "\(response.text)")
        }

        private mutating func pickOrder() -> Alpaca.OrderID? {
            orders.isEmpty ? nil : random.pick(orders.keys.sorted())
        }

        private mutating func replace() {
            guard let id = pickOrder() else { return }
            let body = random.pick([
                #"{"limit_price":"\#(price())"}"#, #"{"stop_price":"\#(price())"}"#,
                #"{"qty":"\#(random.number(1...150))"}"#,
                #"{"trail":"3"}"#, #"{"time_in_force":"gtc"}"#,
            ])
            let response = rig.send("PATCH", "/v2/orders/\(id)", body)
            #expect([200, 403, 422].contains(response.status), "\(response.text)")
        }

        private mutating func cancel() {
            guard let id = pickOrder() else { return }
            #expect([204, 422].contains(rig.send("DELETE", "/v2/orders/\(id)").status))
        }

        private mutating func closeSome() {
            let target = random.pick([
                "/v2/positions/ALFA?percentage=30", "/v2/positions?cancel_orders=true", "/v2/orders",
            ])
            #expect([200, 207, 403, 404, 422].contains(rig.send("DELETE", target).status))
        }

        private mutating func bar() throws {
            let (open, close) = (random.number(92...108), random.number(92...108))
            let start = random.chance(5) ? Sessions.nextOpen(after: rig.venue.now) : rig.venue.now
            try rig.bar(
                "\(open)", "\(max(open, close) + random.number(0...2))", "\(min(open, close) - random.number(0...2))",
                "\(close)", volume: random.number(0...2_000), from: start)
        }

        private mutating func hear(_ update: Alpaca.TradeUpdate) {
            if let status = orders[update.order.id]?.status.known {
                #expect(!status.isTerminal, "\(update.order.id) was \(status) and is told as \(update.event)")
            }
            orders[update.order.id] = update.order
            guard update.event == .known(.fill) || update.event == .known(.partialFill), let id = update.executionID,
                let quantity = update.quantity
            else { return }
            #expect(executions.updateValue(update, forKey: id) == nil)
            let isSale = update.order.side == .known(.sell)
            position = Quantity(units: position.units + (isSale ? -quantity.units : quantity.units))
            #expect(update.positionQuantity == position)
        }
    }

    @Test(
        "what the stream has told is what lists, positions and activities show",
        arguments: Seed.range(gate: 40, nightly: 2_000)
    )
    func consistent(seed: UInt64) throws {
        var client = try Client(seed)
        for _ in 1...120 { try client.step() }
        let rig = client.rig
        #expect(try rig.position()?.quantity ?? .zero == client.position, "seed \(seed)")
        // Each order is as it was told last; a leg that waits was not told of at all.
        for listed in try rig.orders("status=all&limit=500") where listed.status != .known(.held) {
            var told = try #require(client.orders[listed.id], "seed \(seed): \(listed.id) was not told of")
            // A trail moves without a word.
            (told.waterMark, told.stopPrice) = (
                listed.waterMark, told.type == .known(.trailingStop) ? listed.stopPrice : told.stopPrice
            )
            #expect(told == listed, "seed \(seed)")
            if let replaced = listed.replacedBy { #expect(try rig.order(replaced).replaces == listed.id) }
        }
        let held = try rig.position()
        let available = held?.quantityAvailable ?? .zero
        #expect(available.units.magnitude <= client.position.units.magnitude, "seed \(seed)")
        try checkActivities(client, seed)
    }

    /// Executions by themselves come to the cash and the position.
    private func checkActivities(_ client: Client, _ seed: UInt64) throws {
        let target = "/v2/account/activities/FILL?direction=asc"
        var fills: [Alpaca.Activity] = []
        repeat {
            let token = fills.last.map { "&page_token=\(Alpaca.Query.escaped($0.id.text))" } ?? ""
            let page = try Alpaca.decode([Alpaca.Activity].self, from: client.rig.send("GET", target + token).body)
            fills += page
            if page.count < 100 { break }
        } while true
        #expect(fills.count == client.executions.count, "seed \(seed)")
        var cash = try Money("50000")
        for case .trade(let fill) in fills {
            let value = try fill.price.times(fill.quantity)
            if fill.side == .known(.buy) { try cash -= value } else { try cash += value }
        }
        #expect(try client.rig.account().cash == cash, "seed \(seed)")
    }
}
