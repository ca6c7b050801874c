import Foundation
import SeededRandom
import TestSupport
import Testing
import Trading
import Wire

@testable import PaperExchange

@Suite("Random sequences")
struct PropertyTests {
    @Test("no sequence breaks a promise, and each runs alike again, also from its written state")
    func promises() throws {
        var seen: [OrderEvent: Int] = [:]
        let sequences = Tier.volume(gate: 500, nightly: 25_000)
        for seed in 1...Int64(sequences) {
            var first = try RandomTrader(seed: seed)
            try first.run(steps: 50, restartAt: nil)
            var second = try RandomTrader(seed: seed)
            try second.run(steps: 50, restartAt: Int(seed % 50))
            #expect(first.reports == second.reports, "seed \(seed)")
            guard first.problems.isEmpty, second.problems.isEmpty else {
                Issue.record("seed \(seed): \(first.problems + second.problems)")
                return
            }
            for report in first.reports { seen[report.event, default: 0] += 1 }
        }
        // A generator that trades nothing proves nothing.
        for event: OrderEvent in [
            .accepted, .new, .held, .fill, .partialFill, .canceled, .expired, .rejected, .restated, .pendingCancel,
            .pendingReplace, .cancelRejected, .replaceRejected,
        ] {
            #expect(seen[event, default: 0] > sequences / 10, "\(event)")
        }
    }
}

/// Trades at random, and keeps books of its own from nothing but the reports.
struct RandomTrader {
    private var exchange: PaperExchange
    private let configuration: PaperConfiguration
    private var random: SplitMix64
    private var now: Timestamp
    private var lastPrice: Int64 = 10_000
    private var nameCount = 0
    /// Sends only what the life cycle lets a core send, and books its own requests.
    private let isPolite: Bool
    private var orders: [ClientOrderID: Order] = [:]
    private var names: [ClientOrderID] = []
    private var booked: Set<ExecutionID> = []
    private var cash: Money
    private var position: Quantity
    private var actionCount = 0
    var reports: [ExecutionReport] = []
    var problems: [String] = []

    init(seed: Int64) throws {
        var random = SplitMix64(seed: seed)
        func chance(_ one: Int64) -> Bool { random.upTo(one - 1) == 0 }
        let start = chance(3) ? 0 : random.upTo(200)
        configuration = configured {
            $0.seed = seed
            $0.cash = Money(units: random.upTo(50_000) * Money.scale)
            if start > 0 {
                $0.positions = [BrokerPosition(symbol: nvda, quantity: shares(start), averagePrice: price("100"))]
            }
            $0.latencyMilliseconds = chance(2) ? 0 : random.upTo(3_000)
            $0.latencyJitterMilliseconds = chance(2) ? 0 : random.upTo(2_000)
            $0.slippage = chance(2) ? .zero : Ratio(units: random.upTo(5_000))
            $0.participation = chance(2) ? .one : PaperConfiguration.tenth
            $0.limitToQuoteSize = chance(2)
            $0.allowShort = chance(3)
            $0.refuseWashTrades = chance(2)
            $0.reservesShares = !chance(4)
            $0.marginMultiplier = chance(3) ? Ratio(units: 2 * Ratio.scale) : .one
        }
        isPolite = chance(2)
        now = at(random.upTo(5 * 3_600))
        exchange = try PaperExchange(configuration, at: now)
        cash = configuration.cash
        position = shares(start)
        self.random = random
    }

    mutating func run(steps: Int, restartAt: Int?) throws {
        for step in 0..<steps {
            if step == restartAt {
                // Once by Foundation's JSON, once by that of our own files.
                exchange =
                    configuration.seed % 2 == 0
                    ? try JSONDecoder().decode(PaperExchange.self, from: JSONEncoder().encode(exchange))
                    : try WireDecoder().decode(
                        PaperExchange.self, from: WireEncoder().encode(exchange), unknownFields: .refuse)
            }
            now = now + .milliseconds(random.upTo(2_000))
            try act()
            try check()
        }
    }

    private mutating func act() throws {
        switch random.upTo(12) {
        case 0...2: try quote()
        case 3...4: try bar()
        case 5...7: try submitSingle()
        case 8: try submitGroup()
        case 9: try cancel()
        case 10: try replace()
        case 11: try corporateAction()
        default:
            if random.upTo(9) == 0 { now = now + .seconds(random.upTo(86_400)) }
            take(try exchange.advance(to: now))
        }
    }

    private mutating func cents(around middle: Int64, _ spread: Int64) -> Int64 {
        max(100, middle - spread + random.upTo(2 * spread))
    }

    private func dollars(_ cents: Int64) -> Price { Price(units: cents * (Price.scale / 100)) }

    private mutating func quote() throws {
        lastPrice = cents(around: lastPrice, 300)
        let half = random.upTo(5)
        let quote = Quote(
            symbol: nvda, bid: random.upTo(9) == 0 ? nil : dollars(lastPrice - half),
            ask: random.upTo(9) == 0 ? nil : dollars(lastPrice + half), bidSize: shares(random.upTo(60)),
            askSize: shares(random.upTo(60)), last: random.upTo(1) == 0 ? dollars(lastPrice) : nil, at: now)
        take(try exchange.apply(MarketUpdate(at: now, quotes: [quote])))
    }

    private mutating func bar() throws {
        let start = now
        let open = cents(around: lastPrice, 500)
        let high = open + random.upTo(400)
        let low = max(100, open - random.upTo(400))
        lastPrice = low + random.upTo(high - low)
        now = now + .seconds(60)
        let bar = Bar(
            symbol: nvda, start: start, period: .seconds(60), open: dollars(open), high: dollars(high),
            low: dollars(low), close: dollars(lastPrice), volume: shares(random.upTo(400)))
        let before = reports.count
        take(try exchange.apply(MarketUpdate(at: now, bars: [bar])))
        var taken: Int64 = 0
        // With latency an order may arrive before the bar's end and meet the older market first.
        guard !configuration.hasLatency else { return }
        for report in reports[before...] {
            guard let price = report.price, let quantity = report.quantity else { continue }
            taken += quantity.units
            if price < bar.low || price > bar.high { problems.append("\(report) is outside of \(bar)") }
        }
        let most = max(
            configuration.participation == .one ? bar.volume.units : bar.volume.units / 10, Quantity.scale)
        if taken > most { problems.append("took \(taken) of \(bar)") }
    }

    private mutating func terms(_ side: Side, _ type: OrderType, _ quantity: Int64, role: OrderRole) -> NewOrder {
        nameCount += 1
        let near = dollars(cents(around: lastPrice, 600))
        let other = dollars(cents(around: lastPrice, 600))
        let tifs: [TimeInForce] = type.isStop ? [.gtc, .day] : [.gtc, .day, .gtc, .ioc, .fok]
        return NewOrder(
            clientOrderID: id("n\(nameCount)"), symbol: nvda, side: side, type: type, quantity: shares(quantity),
            limitPrice: type == .limit || type == .stopLimit ? near : nil,
            stopPrice: type == .stop || type == .stopLimit ? other : nil,
            trailAmount: type == .trailingStop ? dollars(50 + random.upTo(300)) : nil,
            timeInForce: tifs[Int(random.upTo(Int64(tifs.count - 1)))], role: role)
    }

    private mutating func someSide() -> Side { random.upTo(1) == 0 ? .buy : .sell }

    private mutating func submitSingle() throws {
        if random.upTo(7) == 0, let name = someName(), let known = orders[name] {
            let answer = try exchange.submit(OrderSubmission(orders: [known.terms]), at: now)
            let status = { (trader: RandomTrader) in trader.orders[name].map { ($0.status, $0.filledQuantity) } }
            take(Array(answer.dropLast()))
            let before = status(self)
            take(Array(answer.suffix(1)))
            if let before, let after = status(self), before != after, !isPolite {
                problems.append("the status of \(name) changed from \(before) to \(after) by asking")
            }
            return
        }
        let types = OrderType.allCases
        let type = types[Int(random.upTo(Int64(types.count - 1)))]
        try submit(OrderSubmission(orders: [terms(someSide(), type, 1 + random.upTo(120), role: .reduce)]))
    }

    private mutating func submitGroup() throws {
        let quantity = 1 + random.upTo(120)
        let side = someSide()
        let tif: TimeInForce = random.upTo(1) == 0 ? .gtc : .day
        let stopType: OrderType = [.stop, .stopLimit, .trailingStop][Int(random.upTo(2))]
        var target = terms(side, .limit, quantity, role: .target)
        var stop = terms(side, stopType, quantity, role: .stop)
        let way: Int64 = side == .sell ? 1 : -1
        target.limitPrice = dollars(max(100, lastPrice + way * (10 + random.upTo(500))))
        if stop.stopPrice != nil { stop.stopPrice = dollars(max(100, lastPrice - way * (10 + random.upTo(500)))) }
        (target.timeInForce, stop.timeInForce) = (tif, tif)
        nameCount += 1
        let groupID = OrderGroupID(unchecked: "g\(nameCount)")
        guard random.upTo(1) == 0 else {
            return try submit(OrderSubmission(orders: [target, stop], groupID: groupID, groupKind: .oco))
        }
        var entry = terms(side.opposite, random.upTo(1) == 0 ? .market : .limit, quantity, role: .entry)
        entry.timeInForce = tif
        if entry.limitPrice != nil { entry.limitPrice = dollars(lastPrice) }
        try submit(OrderSubmission(orders: [entry, target, stop], groupID: groupID, groupKind: .bracket))
    }

    private mutating func submit(_ submission: OrderSubmission) throws {
        for terms in submission.orders {
            names.append(terms.clientOrderID)
            orders[terms.clientOrderID] = Order(terms: terms, submittedAt: now)
        }
        take(try exchange.submit(submission, at: now))
    }

    private mutating func someName() -> ClientOrderID? {
        names.isEmpty ? nil : names[max(0, names.count - 1 - Int(random.upTo(7)))]
    }

    /// Books a request of ours, or says that a core could not send it.
    private mutating func mayRequest(_ name: ClientOrderID, _ event: OrderEvent) -> Bool {
        // Reports that are due come before the request does.
        guard isPolite else { return true }
        return orders[name]?.apply(event, at: now) != .refused
    }

    private mutating func cancel() throws {
        take(try exchange.advance(to: now))
        guard let name = someName(), mayRequest(name, .cancelRequested) else { return }
        take(try exchange.cancel(name, at: now))
    }

    private mutating func replace() throws {
        take(try exchange.advance(to: now))
        guard let name = someName(), mayRequest(name, .replaceRequested), let order = orders[name] else { return }
        var replacement = OrderReplacement(clientOrderID: name)
        if random.upTo(1) == 0 { replacement.quantity = shares(1 + random.upTo(150)) }
        if order.terms.limitPrice != nil { replacement.limitPrice = dollars(cents(around: lastPrice, 500)) }
        if order.terms.stopPrice != nil { replacement.stopPrice = dollars(cents(around: lastPrice, 500)) }
        take(try exchange.replace(replacement, at: now))
    }

    private mutating func corporateAction() throws {
        guard random.upTo(3) == 0 else { return }
        take(try exchange.advance(to: now))
        actionCount += 1
        let isSplit = random.upTo(1) == 0
        let kind: CorporateAction.Kind =
            isSplit ? .split(numerator: 2, denominator: 1) : .dividend(amount: dollars(1 + random.upTo(100)))
        let action = CorporateAction(id: "c\(actionCount)", symbol: nvda, kind: kind, effectiveAt: now)
        take(try exchange.apply(MarketUpdate(at: now, corporateActions: [action, action])))
        switch kind {
        case .split: (position, lastPrice) = (try position + position, max(100, lastPrice / 2))
        case .dividend(let amount): try cash += amount.times(position)
        case .symbolChange, .spinOff: break
        }
    }

    private mutating func take(_ new: [ExecutionReport]) {
        for report in new {
            reports.append(report)
            if let defect = report.defect { problems.append("\(report): \(defect)") }
            guard var order = orders[report.clientOrderID] else { continue }
            let before = order.status
            if let execution = report.executionID, booked.insert(execution).inserted { book(report, &order) }
            if order.apply(report.event, at: report.at) == .refused {
                problems.append("\(report.clientOrderID) is \(before) and was reported \(report.event)")
            }
            if let terms = report.terms { order.terms = terms }
            orders[report.clientOrderID] = order
        }
    }

    private mutating func book(_ report: ExecutionReport, _ order: inout Order) {
        guard let price = report.price, let quantity = report.quantity else { return }
        do {
            let signed = order.terms.side == .buy ? quantity : try quantity.negated()
            let after = try position + signed
            if position.units.signum() * after.units.signum() < 0 { problems.append("\(report) flips the position") }
            position = after
            try cash -= price.times(signed) + (report.fees ?? .zero) + (report.taxes ?? .zero)
            try order.book(quantity, at: price)
            if let limit = order.terms.limitPrice, order.terms.side == .buy ? price > limit : price < limit {
                problems.append("\(report) breaks the limit \(limit)")
            }
            if report.cumulativeQuantity != order.filledQuantity { problems.append("\(report) counts wrongly") }
            let isFull = order.filledQuantity == order.terms.quantity
            if order.filledQuantity > order.terms.quantity || isFull != (report.event == .fill) {
                problems.append("\(report) does not fit \(order.words), filled \(order.filledQuantity)")
            }
        } catch { problems.append("\(error)") }
    }

    private mutating func check() throws {
        let state = try exchange.state(at: now)
        let held = state.positions.first?.quantity ?? .zero
        if held != position { problems.append("holds \(held), executions make \(position)") }
        if held.isNegative, !configuration.allowShort { problems.append("short \(held)") }
        if state.account.cash != cash { problems.append("cash \(state.account.cash), executions make \(cash)") }
        for side in Side.allCases where exchange.reservedQuantity(nvda, side) > (try held.magnitude()) {
            problems.append("\(exchange.reservedQuantity(nvda, side)) reserved of \(held)")
        }
        var holds = Money.zero
        for sequence in exchange.book.workingSequences() { try holds += exchange.book[sequence].hold }
        if holds != exchange.heldCash { problems.append("holds \(exchange.heldCash), orders need \(holds)") }
        for order in state.openOrders {
            if try order.leavesQuantity + order.filledQuantity != order.terms.quantity {
                problems.append("\(order.id): leaves and filled are not the quantity")
            }
            let mine = orders[order.id]
            if mine?.terms != order.terms || mine?.filledQuantity != order.filledQuantity {
                problems.append("\(order.id) differs: \(order.words), \(mine?.words ?? "unknown")")
            }
            if !isPolite, mine?.status != order.status { problems.append("\(order.id) is \(order.status) to itself") }
        }
        let open = Set(state.openOrders.map(\.id))
        for name in names {
            guard let mine = orders[name] else { continue }
            if mine.isWorking != open.contains(name) { problems.append("\(name) is \(mine.status), open differs") }
            let executed = exchange.query(name).executions.reduce(Int64(0)) { $0 + ($1.quantity?.units ?? 0) }
            if executed != mine.filledQuantity.units { problems.append("\(name): its executions do not add up") }
        }
    }
}
