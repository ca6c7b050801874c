import PluginTesting
import Trading

/// A snapshot that is written down in the words of the wire: what a test names, and sound figures for the rest.
struct Whole {
    var positions: [PositionView] = []
    var orders: [OrderView] = []
    var market: [MarketView] = []
    var conditions: [MarketCondition] = []
    var advisories: [Advisory] = []
    var portfolio: PortfolioView?
    var session = SessionPhase.regular
    var tradingState = TradingState.active
    static let at = Timestamp.testing

    func snapshot() throws -> PortfolioSnapshot {
        var snapshot = try PortfolioSnapshot.testing()
        snapshot.session = session
        snapshot.tradingState = tradingState
        snapshot.positions = positions
        snapshot.orders = orders
        snapshot.market = market
        snapshot.conditions = conditions
        snapshot.portfolio = portfolio
        snapshot.advisories = advisories
        return snapshot
    }

    /// Held at 100, unless a test says otherwise.
    static func position(
        _ symbol: String = "ABC", _ quantity: String = "100", last: String = "110", high: String? = nil,
        low: String? = nil, stop: String? = "95", weight: String = "0.1", heldFor: TimeSpan = .zero,
        opened: Timestamp = Timestamp(seconds: 1_773_000_000)
    ) throws -> PositionView {
        var position = try PositionView.testing(symbol, quantity, average: "100", last: last, initialStop: stop)
        position.highWaterMark = try Price(high ?? last)
        position.lowWaterMark = try Price(low ?? last)
        position.openedAt = opened
        position.heldFor = heldFor
        position.weight = try Ratio(weight)
        return position
    }

    static func order(
        _ symbol: String, _ role: OrderRole, _ status: OrderStatus, since age: TimeSpan = .zero
    ) throws -> OrderView {
        var order = OrderView(
            clientOrderID: try ClientOrderID("bb0.1.\(symbol).1"), symbol: try Symbol(symbol), side: .buy,
            type: .market,
            role: role, status: status, quantity: .one, filledQuantity: .zero, limitPrice: nil, stopPrice: nil)
        order.updatedAt = at + TimeSpan(nanoseconds: -age.nanoseconds)
        return order
    }

    static func advisory(_ name: String, _ value: String) throws -> Advisory {
        Advisory(
            policy: try PluginName("regime"), symbol: nil, name: name, value: try Ratio(value), reason: "", at: at,
            validUntil: at)
    }

    static func view(
        _ symbol: String = "ABC", last: String = "110", gap: String? = nil, age: TimeSpan = .zero,
        barStart: Timestamp = at,
        indicators: [(String, String)] = [], dailyHighs: [String] = []
    ) throws -> MarketView {
        let symbol = try Symbol(symbol)
        var view = MarketView(
            symbol: symbol, bid: nil, ask: nil, last: try Price(last), bar: nil,
            at: Self.at + TimeSpan(nanoseconds: -age.nanoseconds))
        view.indicators = try indicators.map { text, value in
            let indicator = try Indicator(text)
            let figure: IndicatorFigure =
                indicator.kind.isRatio ? .ratio(try Ratio(value)) : .price(try Price(value))
            return IndicatorValue(indicator: indicator, figure: figure)
        }
        if let gap {
            view.day = DayView(open: .one, high: .one, low: .one, volume: .zero, gap: try Ratio(gap))
            view.bar = Bar(
                symbol: symbol, start: barStart, period: .seconds(60), open: .one, high: .one, low: .one, close: .one,
                volume: .one)
        }
        // Each day ranges over ten below its high.
        let bars = try dailyHighs.enumerated().map { index, high in
            let high = try Price(high)
            let low = try high - Price("10")
            return Bar(
                symbol: symbol, start: Timestamp(seconds: Int64(index) * 86_400), period: .day, open: high, high: high,
                low: low, close: low, volume: .one)
        }
        if !bars.isEmpty { view.series = [BarSeries(period: .day, bars: bars)] }
        return view
    }
}

extension Recommendation {
    /// `ABC exit`, `- reduce_exposure 0.5 proportional`: what a test compares.
    var short: String {
        let detail: String =
            switch advice {
            case .protect(let stop), .resetStop(let stop): " \(stop.stopPrice?.description ?? "?")"
            case .reduceToWeight(let weight): " \(weight)"
            case .reduceExposure(let exposure):
                " \(exposure.grossWeight) \(exposure.rule.rawValue)"
                    + (exposure.symbols.map { " " + $0.map(\.text).joined(separator: "+") } ?? "")
            case .takePartial(let part): " \(part.words) \(part.rung)"
            case .advise(let advisory): " \(advisory.name) \(advisory.value)"
            case .enter(let entry): " \(entry.side.rawValue) \(entry.risk?.description ?? "?") \(entry.stop.words)"
            case .exit, .reduceTo, .target, .hold, .veto, .release: ""
            }
        return "\(symbol?.text ?? "-") \(advice.kind)\(detail)" + (urgency == .emergency ? "!" : "")
    }
}
