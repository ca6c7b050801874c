import AlpacaAPI
import Trading

/// Why a submission is not sent: the venue would refuse it, or make something else of it.
package enum Unplaceable: Error, Equatable, Sendable, CustomStringConvertible {
    case terms(OrderDefect)
    /// Only US equities are traded here.
    case assetClass(Symbol)
    /// Parts of a share stand in no group.
    case fractionalGroup(Quantity)
    /// Orders that are no entry with its exits, and no pair of exits.
    case groupShape(OrderGroupKind)
    /// The legs of a group differ in quantity, side, symbol or time in force.
    case legsDiffer
    /// A stop that is not at least a cent beyond the other leg or the entry.
    case legPrices(stop: Price, other: Price)
    case several

    package var description: String {
        switch self {
        case .terms(let defect): defect.description
        case .assetClass(let symbol): "\(symbol) is no US equity, and nothing else is traded here"
        case .fractionalGroup(let quantity): "\(quantity) shares cannot be in a group: parts of a share stand alone"
        case .groupShape(.oco): "an oco is one limit order and one stop"
        case .groupShape(.bracket): "a bracket is an entry with a limit order and a stop, or with one of them"
        case .legsDiffer: "the orders of a group differ in quantity, side, symbol or time in force"
        case .legPrices(let stop, let other): "the stop \(stop) must be a cent or more beyond \(other)"
        case .several: "several orders need a group"
        }
    }
}

extension Alpaca.OrderRequest {
    /// The body of the request for a whole submission.
    /// - Parameter session: of the exchange, when it is sent: beyond regular hours a limit order is to work at once.
    package init(_ submission: OrderSubmission, in session: SessionPhase) throws(Unplaceable) {
        for order in submission.orders { try order.check() }
        let (first, legs) = try submission.headAndLegs()
        self.init(first, in: legs.isEmpty ? session : .regular)
        guard let kind = submission.groupKind else { return }
        let target = legs.first { !$0.type.isStop } ?? (kind == .oco ? first : nil)
        let stop = legs.first(where: \.type.isStop)
        if let limit = target?.limitPrice { takeProfit = TakeProfit(limitPrice: limit) }
        if let stop, let price = stop.stopPrice { stopLoss = StopLoss(stopPrice: price, limitPrice: stop.limitPrice) }
        switch kind {
        case .oco:
            orderClass = .known(.oco)
            // It stands in `take_profit`.
            limitPrice = nil
        case .bracket:
            orderClass = .known(target == nil || stop == nil ? .oto : .bracket)
            if first.type == .market, let leg = legs.first { timeInForce = .known(leg.timeInForce.alpacaWord) }
        }
    }

    private init(_ order: NewOrder, in session: SessionPhase) {
        self.init()
        (symbol, quantity) = (order.symbol, order.quantity)
        side = .known(order.side == .buy ? .buy : .sell)
        type = .known(order.type.alpacaType)
        // Parts of a share last for the day, whatever was asked for.
        timeInForce = .known(order.quantity.isMultiple(of: .one) ? order.timeInForce.alpacaWord : .day)
        (limitPrice, stopPrice, trailPrice) = (order.limitPrice, order.stopPrice, order.trailAmount)
        clientOrderID = Alpaca.ClientOrderID(order.clientOrderID.text)
        let rests = order.timeInForce == .day || order.timeInForce == .gtc
        if order.type == .limit, rests, session == .preMarket || session == .afterHours { isExtendedHours = true }
    }
}

extension OrderSubmission {
    /// The order that carries the group's client order id, and the others.
    func headAndLegs() throws(Unplaceable) -> (first: NewOrder, legs: [NewOrder]) {
        guard let first = orders.first(where: isHead) else { throw .groupShape(groupKind ?? .oco) }
        let legs = orders.filter { $0.clientOrderID != first.clientOrderID }
        guard let kind = groupKind else {
            guard legs.isEmpty else { throw .several }
            return (first, [])
        }
        if !first.quantity.isMultiple(of: .one) { throw .fractionalGroup(first.quantity) }
        let (stops, targets) = (legs.filter(\.type.isStop), legs.filter { $0.type == .limit })
        guard stops.count + targets.count == legs.count, stops.count <= 1, !stops.contains(where: \.isTrailing) else {
            throw .groupShape(kind)
        }
        switch kind {
        case .oco: guard stops.count == 1, targets.isEmpty else { throw .groupShape(.oco) }
        case .bracket: guard (1...2).contains(legs.count), targets.count <= 1 else { throw .groupShape(.bracket) }
        }
        let side = kind == .oco ? first.side : first.side.opposite
        // A group has one time in force. An entry that is carried out at once may as well have that of its exits.
        let isAtOnce = kind == .bracket && first.type == .market
        let inForce = isAtOnce ? legs.first?.timeInForce : first.timeInForce
        guard
            legs.allSatisfy({
                $0.quantity == first.quantity && $0.side == side && $0.symbol == first.symbol
                    && $0.timeInForce == inForce
            })
        else { throw .legsDiffer }
        for other in [first.limitPrice, targets.first?.limitPrice] {
            if let other, let stop = stops.first?.stopPrice { try Self.check(stop, beyond: other, side) }
        }
        return (first, legs)
    }

    /// An entry, or the limit order of two exits.
    private func isHead(_ order: NewOrder) -> Bool {
        switch groupKind {
        case nil: true
        case .oco: order.type == .limit
        case .bracket: order.role == .entry
        }
    }

    private static func check(_ stop: Price, beyond other: Price, _ side: Side) throws(Unplaceable) {
        let (low, high) = side == .sell ? (stop, other) : (other, stop)
        guard low.units < high.units, high.units - low.units >= PriceIncrement.usEquity.atOrAboveOne.units else {
            throw .legPrices(stop: stop, other: other)
        }
    }
}

extension NewOrder {
    fileprivate var isTrailing: Bool { type == .trailingStop }

    fileprivate func check() throws(Unplaceable) {
        if symbol.isOption || symbol.text.contains("/") { throw .assetClass(symbol) }
        if let defect = defect(increment: .usEquity) { throw .terms(defect) }
    }
}

extension TimeInForce {
    fileprivate var alpacaWord: Alpaca.TimeInForce {
        switch self {
        case .day: .day
        case .gtc: .gtc
        case .ioc: .ioc
        case .fok: .fok
        }
    }
}

extension Symbol {
    /// `AAPL250117C00150000`: root, date, right and strike in thousandths (the OCC's option symbology).
    fileprivate var isOption: Bool {
        let bytes = Array(text.utf8)
        guard bytes.count > 15 else { return false }
        let right = bytes[bytes.count - 9]
        let digits = bytes.suffix(8) + bytes.dropLast(9).suffix(6)
        return (right == UInt8(ascii: "C") || right == UInt8(ascii: "P"))
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension Alpaca.OrderChange {
    /// - Throws: for prices off the tick, and for a part of a share, which cannot be asked for in a replacement.
    package init(_ replacement: OrderReplacement, of order: Order) throws(Unplaceable) {
        self.init()
        guard let next = replacement.successor(of: order, counting: .remaining, at: order.submittedAt) else {
            throw .several
        }
        try next.terms.check()
        if let asked = replacement.quantity, asked != order.terms.quantity || order.filledQuantity.isPositive {
            quantity = asked
        } else if order.filledQuantity.isPositive {
            // Without a quantity the venue would ask for all that the first order did.
            quantity = order.leavesQuantity
        }
        limitPrice = replacement.limitPrice == order.terms.limitPrice ? nil : replacement.limitPrice
        stopPrice = replacement.stopPrice == order.terms.stopPrice ? nil : replacement.stopPrice
        if let quantity, !quantity.isMultiple(of: .one) { throw .fractionalGroup(quantity) }
        clientOrderID = Alpaca.ClientOrderID(next.id.text)
    }
}
