import Trading

/// Everything that is held, and every round trip that is over; with running totals, so that a cycle costs nothing for each position.
///
/// Invariants:
/// 1. The profit is what all round trips realized, with their dividends, and what those that are open would at the newest prices.
/// 2. An execution is in one round trip; what goes beyond flat ends one and begins another.
struct Ledger: Sendable {
    private(set) var open: [Symbol: RoundTrip] = [:]
    private(set) var closed: [RoundTrip] = []
    /// Of everything so far; see invariant 1.
    private(set) var profit = Sum.zero
    /// Value of what is held, without sign and with it.
    private(set) var (gross, net) = (Sum.zero, Sum.zero)
    private var trips = 0

    subscript(symbol: Symbol) -> RoundTrip? { open[symbol] }
    var isEmpty: Bool { open.isEmpty }

    /// Changes one round trip, and the totals with it.
    @discardableResult
    private mutating func change<Result>(_ symbol: Symbol, _ body: (inout RoundTrip) -> Result) -> Result? {
        guard let place = open.index(forKey: symbol) else { return nil }
        let (value, worth) = (open.values[place].marketValue, open.values[place].profit)
        let result = body(&open.values[place])
        count(from: value, worth, to: open.values[place].marketValue, open.values[place].profit)
        return result
    }

    private mutating func count(from value: Sum, _ worth: Sum, to newValue: Sum, _ newWorth: Sum) {
        gross += newValue.magnitude - value.magnitude
        net += newValue - value
        profit += newWorth - worth
    }

    // MARK: - The market

    /// - Parameter price: of the symbol's newest print, or the middle of its spread.
    mutating func see(_ price: Price, of symbol: Symbol, at time: Timestamp, isPrint: Bool) {
        change(symbol) { $0.see(price, at: time, isPrint: isPrint) }
    }

    mutating func see(_ bar: Bar, at time: Timestamp) { change(bar.symbol) { $0.see(bar, at: time) } }

    // MARK: - Executions

    /// - Parameters:
    ///   - price: newest of the symbol, where it was seen; a round trip that begins is valued by it.
    ///   - stop: the initial one of a round trip that this begins.
    mutating func book(_ execution: Execution, seen price: Price?, initialStop stop: Price? = nil) {
        var rest = execution
        if let held = open[execution.symbol], held.isLong == rest.change.isNegative {
            let out = Quantity(units: -held.quantity.units)
            guard rest.change.units.magnitude > out.units.magnitude else { return part(rest) }
            let (first, second) = rest.split(first: out)
            part(first)
            rest = second
        }
        begin(rest, seen: price, stop)
        part(rest)
    }

    private mutating func begin(_ execution: Execution, seen price: Price?, _ stop: Price?) {
        let symbol = execution.symbol
        guard open[symbol] == nil else { return }
        trips += 1
        var trip = RoundTrip(
            number: trips, symbol: symbol, isLong: !execution.change.isNegative, at: execution.at,
            price: execution.price)
        if let stop { trip.setInitialStop(stop) }
        if let price { trip.see(price, at: execution.at, isPrint: true) }
        if execution.cause == .entry { trip.openedBy = execution.policy }
        open[symbol] = trip
    }

    private mutating func part(_ execution: Execution) {
        change(execution.symbol) { $0.book(execution) }
        guard let trip = open[execution.symbol], trip.isFlat else { return }
        open[execution.symbol] = nil
        closed.append(trip)
    }

    /// What brought and took shares without an execution that is known.
    func difference(to held: Quantity, of symbol: Symbol) -> Quantity {
        Quantity(units: Int64(clamping: Int128(held.units) - Int128(open[symbol]?.quantity.units ?? 0)))
    }

    // MARK: - What is known of a position

    mutating func protected(_ symbol: Symbol, by policy: PluginName) {
        if let place = open.index(forKey: symbol) { open.values[place].protected(by: policy) }
    }

    mutating func setInitialStop(_ stop: Price, of symbol: Symbol) {
        if let place = open.index(forKey: symbol) { open.values[place].setInitialStop(stop) }
    }

    mutating func dropInitialStop(of symbol: Symbol) {
        if let place = open.index(forKey: symbol) { open.values[place].dropInitialStop() }
    }

    // MARK: - Corporate actions

    mutating func split(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64, at time: Timestamp) {
        change(symbol) { $0.split(numerator, denominator, at: time) }
    }

    mutating func dividend(_ amount: Price, due: Sum, of symbol: Symbol) {
        change(symbol) { $0.dividend(amount, due: due) }
    }

    /// - Returns: what is handed out, in money.
    mutating func spinOff(_ share: Ratio, of symbol: Symbol) -> Sum { change(symbol) { $0.spinOff(share) } ?? .zero }

    /// Cash of the shares that are held.
    /// - Returns: whether any are.
    mutating func pay(_ amount: Sum, of symbol: Symbol) -> Bool { change(symbol) { $0.pay(amount) } != nil }

    /// The shares stand under another symbol; what was taken for a position of that one was this.
    mutating func rename(_ symbol: Symbol, to other: Symbol) {
        guard var trip = open[symbol] else { return }
        remove(other)
        open[symbol] = nil
        trip.symbol = other
        open[other] = trip
    }

    private mutating func remove(_ symbol: Symbol) {
        guard let trip = open.removeValue(forKey: symbol) else { return }
        count(from: trip.marketValue, trip.profit, to: .zero, .zero)
    }

    // MARK: - Corrections

    /// An execution did not count, or was another one. Where its round trip can still be told, that is put right; else the
    /// difference stands in the present one.
    mutating func correct(_ before: Execution, to after: Execution?, seen price: Price?) {
        let symbol = before.symbol
        if let trip = open[symbol], let place = trip.place(of: before) {
            if let other = trip.replacing(place, by: after?.keeping(trip.executions[place])) {
                remove(symbol)
                return put(other)
            }
        } else if let index = closed.lastIndex(where: { $0.symbol == symbol && $0.place(of: before) != nil }),
            let place = closed[index].place(of: before),
            let other = closed[index].replacing(place, by: after?.keeping(closed[index].executions[place]))
        {
            let isLast = open[symbol] == nil && closed[(index + 1)...].allSatisfy { $0.symbol != symbol }
            if other.isFlat || isLast { return replace(closed: index, by: other) }
        }
        book(before.reversed(), seen: price)
        if let after { book(after, seen: price) }
    }

    private mutating func replace(closed index: Int, by other: RoundTrip) {
        let trip = closed.remove(at: index)
        count(from: .zero, trip.profit, to: .zero, .zero)
        guard other.isFlat, !other.executions.isEmpty else { return put(other) }
        closed.insert(other, at: index)
        count(from: .zero, .zero, to: .zero, other.profit)
    }

    private mutating func put(_ trip: RoundTrip) {
        guard !trip.executions.isEmpty else { return }
        count(from: .zero, .zero, to: trip.marketValue, trip.profit)
        if trip.isFlat { closed.append(trip) } else { open[trip.symbol] = trip }
    }
}

extension RoundTrip {
    /// Where an execution stands in it, by its id, else by its order and figures.
    fileprivate func place(of execution: Execution) -> Int? {
        if let id = execution.execution,
            let place = executions.lastIndex(where: { $0.execution == id && $0.order == execution.order })
        {
            return place
        }
        return executions.lastIndex {
            $0.order == execution.order && $0.quantity == execution.quantity && $0.price == execution.price
        }
    }
}

extension Execution {
    /// What it was for is as it was.
    fileprivate func keeping(_ before: Execution) -> Execution {
        var other = self
        (other.at, other.cause, other.policy) = (before.at, before.cause, before.policy)
        (other.decision, other.ordinal) = (before.decision, before.ordinal)
        return other
    }

    /// What takes it back.
    fileprivate func reversed() -> Execution {
        var other = self
        other.side = side.opposite
        (other.change, other.value) = (Quantity(units: -change.units), -value)
        other.charges = -charges
        other.cause = .adopted
        return other
    }
}
