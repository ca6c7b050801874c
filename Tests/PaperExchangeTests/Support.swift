import Trading

@testable import PaperExchange

/// Wednesday 2026-06-10, 10:00 New York, plus so many seconds.
func at(_ seconds: Int64 = 0) -> Timestamp { Timestamp(seconds: 1_781_100_000 + seconds) }
let beforeOpen = at(-3_600)
let afterClose = at(7 * 3_600)
let nextMorning = at(24 * 3_600)

func price(_ text: String) -> Price { try! Price(text) }
func shares(_ count: Int64) -> Quantity { Quantity(shares: count) }
func money(_ text: String) -> Money { try! Money(text) }
func ratio(_ text: String) -> Ratio { try! Ratio(text) }
func id(_ text: String) -> ClientOrderID { try! ClientOrderID(text) }
let nvda = try! Symbol("NVDA")
let group = OrderGroupID(unchecked: "g1")

func order(
    _ name: String, _ side: Side, _ quantity: Int64, _ type: OrderType = .market, limit: String? = nil,
    stop: String? = nil, trail: String? = nil, tif: TimeInForce = .gtc, role: OrderRole = .reduce,
    symbol: Symbol = nvda
) -> NewOrder {
    NewOrder(
        clientOrderID: id(name), symbol: symbol, side: side, type: type, quantity: shares(quantity),
        limitPrice: limit.map(price), stopPrice: stop.map(price), trailAmount: trail.map(price), timeInForce: tif,
        role: role)
}

func oco(_ quantity: Int64, target: String, stop: String, limit: String? = nil, tif: TimeInForce = .gtc)
    -> OrderSubmission
{
    OrderSubmission(
        orders: [
            order("target", .sell, quantity, .limit, limit: target, tif: tif, role: .target),
            order(
                "stop", .sell, quantity, limit == nil ? .stop : .stopLimit, limit: limit, stop: stop, tif: tif,
                role: .stop),
        ], groupID: group, groupKind: .oco)
}

func bracket(_ quantity: Int64, limit: String? = nil, target: String, stop: String, entryTif: TimeInForce = .gtc)
    -> OrderSubmission
{
    OrderSubmission(
        orders: [
            order("entry", .buy, quantity, limit == nil ? .market : .limit, limit: limit, tif: entryTif, role: .entry),
            order("target", .sell, quantity, .limit, limit: target, role: .target),
            order("stop", .sell, quantity, .stop, stop: stop, role: .stop),
        ], groupID: group, groupKind: .bracket)
}

func configured(_ change: (inout PaperConfiguration) -> Void = { _ in }) -> PaperConfiguration {
    var configuration = PaperConfiguration(
        account: AccountID(unchecked: "paper"), cash: money("100000"), participation: .one)
    change(&configuration)
    return configuration
}

func holding(_ quantity: Int64, at average: String = "100", _ change: (inout PaperConfiguration) -> Void = { _ in })
    -> PaperConfiguration
{
    configured {
        $0.positions = [BrokerPosition(symbol: nvda, quantity: shares(quantity), averagePrice: price(average))]
        change(&$0)
    }
}

/// An exchange with a hand that writes down every report.
struct ExchangeHarness {
    var exchange: PaperExchange
    var reports: [ExecutionReport] = []

    init(_ configuration: PaperConfiguration = configured(), at time: Timestamp = at()) throws {
        exchange = try PaperExchange(configuration, at: time)
    }

    /// `name event quantity@price`, shortest first: what a test compares.
    static func words(_ reports: [ExecutionReport]) -> [String] {
        reports.map { report in
            var text = "\(report.clientOrderID) \(report.event.rawValue)"
            if let quantity = report.quantity, let price = report.price { text += " \(quantity)@\(price)" }
            if let terms = report.terms { text += " [\(terms.words)]" }
            return text
        }
    }

    private mutating func note(_ new: [ExecutionReport]) -> [String] {
        reports += new
        return Self.words(new)
    }

    @discardableResult
    mutating func quote(
        _ bid: String?, _ ask: String?, last: String? = nil, sizes: Int64? = nil, at time: Timestamp = at()
    ) throws -> [String] {
        let quote = Quote(
            symbol: nvda, bid: bid.map(price), ask: ask.map(price), bidSize: sizes.map { shares($0) },
            askSize: sizes.map { shares($0) }, last: last.map(price), at: time)
        return note(try exchange.apply(MarketUpdate(at: time, quotes: [quote])))
    }

    /// A bar of one minute: open, high, low, close.
    @discardableResult
    mutating func bar(_ prices: String, volume: Int64 = 1_000_000, start: Timestamp = at()) throws -> [String] {
        let parts = prices.split(separator: " ").map { price(String($0)) }
        let bar = Bar(
            symbol: nvda, start: start, period: .seconds(60), open: parts[0], high: parts[1], low: parts[2],
            close: parts[3], volume: shares(volume))
        return note(try exchange.apply(MarketUpdate(at: bar.end, bars: [bar])))
    }

    @discardableResult
    mutating func submit(_ submission: OrderSubmission, at time: Timestamp = at()) throws -> [String] {
        note(try exchange.submit(submission, at: time))
    }

    @discardableResult
    mutating func submit(_ order: NewOrder, at time: Timestamp = at()) throws -> [String] {
        try submit(OrderSubmission(orders: [order]), at: time)
    }

    @discardableResult
    mutating func cancel(_ name: String, at time: Timestamp = at()) throws -> [String] {
        note(try exchange.cancel(id(name), at: time))
    }

    @discardableResult
    mutating func replace(
        _ name: String, quantity: Int64? = nil, limit: String? = nil, stop: String? = nil, at time: Timestamp = at()
    ) throws -> [String] {
        let replacement = OrderReplacement(
            clientOrderID: id(name), quantity: quantity.map { shares($0) }, limitPrice: limit.map(price),
            stopPrice: stop.map(price))
        return note(try exchange.replace(replacement, at: time))
    }

    @discardableResult
    mutating func advance(to time: Timestamp) throws -> [String] { note(try exchange.advance(to: time)) }

    @discardableResult
    mutating func act(
        _ kind: CorporateAction.Kind, id: String = "a1", effective: Timestamp? = nil, at time: Timestamp = at()
    )
        throws -> [String]
    {
        let action = CorporateAction(id: id, symbol: nvda, kind: kind, effectiveAt: effective ?? time)
        return note(try exchange.apply(MarketUpdate(at: time, corporateActions: [action])))
    }

    var reason: String? { reports.last?.reason }
    var position: Quantity { exchange.quantityHeld(nvda) }
    func status(_ name: String) -> OrderStatus? { exchange.query(id(name)).order?.status }
    func state() throws -> BrokerState { try exchange.state(at: exchange.now) }
}
