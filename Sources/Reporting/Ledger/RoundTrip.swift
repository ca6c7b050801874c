import Trading

/// What is held of one symbol since nothing was: executions, cost, and how far the market went either way.
///
/// Invariants:
/// 1. What its executions realized and what is held at what it has cost come to the cash that they moved, to the last digit.
/// 2. A split changes quantities and prices, and no amount of money.
struct RoundTrip: Sendable {
    let number: Int
    var symbol: Symbol
    let isLong: Bool
    let openedAt: Timestamp
    private(set) var executions: [Execution] = []
    /// Held now, signed.
    private(set) var quantity = Quantity.zero
    /// What that has cost; negative for a short, which has brought it.
    private(set) var basis = Sum.zero
    private(set) var realized = Sum.zero
    private(set) var charges = Sum.zero
    /// What shares trade without since their ex-dates, and what came unannounced.
    private(set) var dividends = Sum.zero
    /// In shares of now, without sign.
    private(set) var (entered, exited) = (Quantity.zero, Quantity.zero)
    /// What was paid for those that came, and paid for those that went, both without sign and charges.
    private(set) var (entryValue, exitValue) = (Sum.zero, Sum.zero)
    private(set) var mark: Mark
    /// From which R is counted.
    private(set) var initialStop: Price?
    private(set) var risk: Sum?
    /// Dividends of one share since it was bought: the price fell by them, and nothing was lost.
    private var dividendsPerShare: Int64 = 0
    /// How far a share was above, and below, its average price; in units of a price, the better way first.
    private(set) var (favorable, adverse): (Int64, Int64) = (0, 0)
    /// Bars that began before say nothing certain of their range.
    private var rangeFrom: Timestamp
    var openedBy: PluginName?
    private(set) var protectedBy: [PluginName] = []
    private(set) var reducedBy: [PluginName] = []

    init(number: Int, symbol: Symbol, isLong: Bool, at time: Timestamp, price: Price) {
        (self.number, self.symbol, self.isLong, openedAt) = (number, symbol, isLong, time)
        (mark, rangeFrom) = (Mark(assumed: price, at: time), time)
    }

    var isFlat: Bool { quantity.isZero }
    var marketValue: Sum { Sum(mark.price, quantity) }
    var open: Sum { marketValue - basis }
    /// Realized, dividends and open.
    var profit: Sum { realized + dividends + open }
    /// What one of those held has cost; kept, since it is looked at with every price.
    private var average: Int64 = 0
    private var reference: Int64 { average - dividendsPerShare }

    // MARK: - Executions

    /// - Precondition: it does not go beyond flat.
    /// - Returns: the execution with what it realized.
    @discardableResult
    mutating func book(_ execution: Execution) -> Execution {
        var booked = execution
        (booked.trade, booked.isOpening) = (number, execution.change.isNegative != isLong)
        booked.realized = apply(execution)
        executions.append(booked)
        if let policy = execution.policy, execution.cause == .reduction || execution.cause == .target {
            Self.insert(policy, into: &reducedBy)
        }
        return booked
    }

    private mutating func apply(_ execution: Execution) -> Sum {
        let change = execution.change
        // How far it went is told by the average before an exit, and after an entry.
        if !isFlat, change.isNegative == isLong { range(to: execution.price) }
        var gain = -execution.charges
        if change.isNegative == !isLong {
            addRisk(of: execution)
            quantity = Quantity(units: quantity.units + change.units)
            basis += execution.value
            entered = Quantity(units: entered.units + Int64(change.units.magnitude))
            entryValue += execution.value.magnitude
            noteAverage()
            range(to: mark.price)
        } else {
            let out = Quantity(units: -change.units)
            let cost = quantity.isZero ? Sum.zero : basis.share(out, of: quantity)
            gain = -execution.value - cost - execution.charges
            quantity = Quantity(units: quantity.units + change.units)
            basis -= cost
            exited = Quantity(units: exited.units + Int64(change.units.magnitude))
            exitValue += execution.value.magnitude
            noteAverage()
        }
        charges += execution.charges
        realized += gain
        return gain
    }

    private mutating func noteAverage() { average = isFlat ? 0 : basis.price(of: quantity).units }

    // MARK: - Risk

    /// From which R is counted, of all that was entered so far and of what will be.
    mutating func setInitialStop(_ stop: Price) {
        guard initialStop == nil else { return }
        initialStop = stop
        guard !isFlat else { return }
        risk = .zero
        count(Sum(units: isLong ? basis.units : -basis.units), Quantity(units: Int64(quantity.units.magnitude)))
    }

    mutating func dropInitialStop() { (initialStop, risk) = (nil, nil) }

    private mutating func addRisk(of execution: Execution) {
        guard initialStop != nil else { return }
        count(execution.value.magnitude, Quantity(units: Int64(execution.change.units.magnitude)))
    }

    private mutating func count(_ value: Sum, _ size: Quantity) {
        guard let stop = initialStop else { return }
        let atStop = Sum(stop, size)
        risk = (risk ?? .zero) + (isLong ? value - atStop : atStop - value)
    }

    // MARK: - The market

    mutating func see(_ price: Price, at time: Timestamp, isPrint: Bool) {
        guard mark.see(price, at: time, isPrint: isPrint) else { return }
        range(to: price)
    }

    mutating func see(_ bar: Bar, at time: Timestamp) {
        let end = min(bar.end, time)
        guard end >= openedAt, mark.see(bar.close, at: end, isPrint: true) else { return }
        range(to: bar.close)
        guard bar.start >= rangeFrom else { return }
        if Mark.isNear(bar.high, bar.close) { range(to: bar.high) }
        if Mark.isNear(bar.low, bar.close) { range(to: bar.low) }
    }

    private mutating func range(to price: Price) {
        guard !isFlat else { return }
        let gain = isLong ? price.units - reference : reference - price.units
        (favorable, adverse) = (max(favorable, gain), min(adverse, gain))
    }

    // MARK: - Who took part

    mutating func protected(by policy: PluginName) { Self.insert(policy, into: &protectedBy) }

    private static func insert(_ policy: PluginName, into list: inout [PluginName]) {
        if !list.contains(policy) { list.append(policy) }
    }

    // MARK: - Corporate actions

    /// New shares for old.
    mutating func split(_ numerator: Int64, _ denominator: Int64, at time: Timestamp) {
        func price(_ price: Price) -> Price {
            Price(units: Self.scaled(price.units, denominator, numerator))
        }
        func shares(_ quantity: Quantity) -> Quantity {
            Quantity(units: Self.scaled(quantity.units, numerator, denominator))
        }
        mark.restate(price)
        quantity = shares(quantity)
        (entered, exited) = (shares(entered), shares(exited))
        for index in executions.indices { executions[index].change = shares(executions[index].change) }
        initialStop = initialStop.map(price)
        favorable = Self.scaled(favorable, denominator, numerator)
        adverse = Self.scaled(adverse, denominator, numerator)
        dividendsPerShare = Self.scaled(dividendsPerShare, denominator, numerator)
        rangeFrom = time
        noteAverage()
    }

    /// Shares trade without it from now on.
    mutating func dividend(_ amount: Price, due: Sum) {
        dividends += due
        dividendsPerShare += amount.units
        initialStop = initialStop.map { Price(units: max(1, $0.units - amount.units)) }
        mark.restate { Price(units: max(1, $0.units - amount.units)) }
    }

    /// Shares of another company are handed out: this part of cost and price goes with them.
    /// - Returns: what they are worth.
    mutating func spinOff(_ share: Ratio) -> Sum {
        let before = marketValue
        func rest(_ price: Price) -> Price {
            Price(units: max(1, price.units - Self.scaled(price.units, share.units, Ratio.scale)))
        }
        mark.restate(rest)
        let value = before - marketValue
        // What is handed out is no loss: the cost falls by its worth, and what is left of gain or loss stays here.
        basis -= value
        noteAverage()
        initialStop = initialStop.map(rest)
        return value
    }

    /// What came or went beside executions, such as a dividend that nobody had announced.
    mutating func pay(_ amount: Sum) { dividends += amount }

    private static func scaled(_ units: Int64, _ numerator: Int64, _ denominator: Int64) -> Int64 {
        Int64(clamping: Rounding.halfEven.quotient(Int128(units) * Int128(numerator), Int128(denominator)))
    }

    // MARK: - Corrections

    /// The same with one execution changed or left out; nil when it would go beyond flat on the way.
    func replacing(_ index: Int, by other: Execution?) -> RoundTrip? {
        var copy = self
        var list = executions
        if let other { list[index] = other } else { list.remove(at: index) }
        copy.executions = []
        (copy.quantity, copy.basis, copy.realized, copy.charges) = (.zero, .zero, .zero, .zero)
        (copy.entered, copy.exited, copy.entryValue, copy.exitValue) = (.zero, .zero, .zero, .zero)
        copy.risk = nil
        let spun = basisHandedOut
        for (place, execution) in list.enumerated() {
            let after = copy.quantity.units + execution.change.units
            let isBeyond = isLong ? after < 0 : after > 0
            if isBeyond || (after == 0 && place < list.count - 1) { return nil }
            copy.book(execution)
        }
        copy.basis -= spun
        copy.noteAverage()
        return copy
    }

    /// What spin-offs have taken of the cost.
    private var basisHandedOut: Sum {
        executions.reduce(Sum.zero) { $0 + $1.value + $1.charges + $1.realized } - basis
    }
}
