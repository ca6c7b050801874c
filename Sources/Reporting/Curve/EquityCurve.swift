import Trading

/// Equity over time, and the growth of one unit of money that was there at the beginning.
///
/// The growth is time-weighted (Dietz 1966; CFA Institute, GIPS 2020, "time-weighted return"): it is chained from payment to payment, with the
/// account valued at each, so that money that is paid in or out is no gain and no loss.
struct EquityCurve: Sendable {
    /// The account at one moment.
    struct Reading: Sendable {
        var at: Timestamp
        var equity: Sum
        /// Of all round trips and cash so far.
        var profit: Sum
        var gross: Sum
        var net: Sum
    }

    /// The end of one day in New York.
    struct Day: Sendable {
        var day: Int64
        var at: Timestamp
        var equity: Sum
        var growth: Double
        /// In or out on this day.
        var paid: Sum
        var gross: Sum
        var net: Sum
        var readings: Int
        /// Of the benchmark, from 1 at the beginning.
        var benchmark: Double?
    }

    private(set) var start: Reading?
    private(set) var last: Reading?
    private(set) var growth = 1.0
    private(set) var days: [Day] = []
    private(set) var points = Points()
    /// By every reading.
    private(set) var drawdown = RunningDrawdown()
    private(set) var paid = Sum.zero
    /// By which equity has moved beyond what executions, prices and cash that was told explain.
    private(set) var unexplained = Sum.zero
    private(set) var exposure = Exposure()
    private var paidToday = Sum.zero
    private var session: TradingSession?

    // MARK: - What happens

    /// - Parameters:
    ///   - isAdopted: shares came or went since the last reading for a price that nobody has told; then a part of more than
    ///     1 % that nothing explains was brought or taken with them, as the core has it.
    ///   - benchmark: the growth of the benchmark.
    /// - Returns: what was taken for money paid in or out.
    mutating func read(_ new: Reading, isAdopted: Bool, benchmark: Double?) -> Sum {
        guard let before = last else {
            (start, last) = (new, new)
            note(new, benchmark)
            return .zero
        }
        let rest = new.equity - before.equity - (new.profit - before.profit)
        var moved = Sum.zero
        if isAdopted, rest.magnitude.units * 100 > before.equity.magnitude.units {
            moved = rest
            pay(rest, profit: before.profit)
        } else {
            unexplained += rest
        }
        grow(from: last?.equity ?? new.equity, to: new.equity)
        last = new
        note(new, benchmark)
        return moved
    }

    /// So much was paid in; negative: out.
    /// - Parameter profit: as it is now, by which the account is valued.
    mutating func pay(_ amount: Sum, profit: Sum) {
        guard var base = last else { return }
        let worth = base.equity + profit - base.profit
        grow(from: base.equity, to: worth)
        (base.equity, base.profit) = (worth + amount, profit)
        last = base
        paid += amount
        paidToday += amount
    }

    /// It was in the equity, and taken for a gain.
    mutating func wasPaid(_ amount: Sum) {
        guard let base = last else { return }
        grow(from: base.equity, to: base.equity - amount)
        unexplained -= amount
        paid += amount
        paidToday += amount
    }

    /// What was held at the beginning was worth so much more then than was known.
    mutating func revalue(by change: Sum) {
        start?.profit += change
        last?.profit += change
    }

    /// Nothing has grown where there was nothing.
    private mutating func grow(from before: Sum, to after: Sum) {
        guard before.isPositive, after.isPositive else { return }
        growth *= after.double / before.double
    }

    private mutating func note(_ new: Reading, _ benchmark: Double?) {
        drawdown.see(growth, at: new.at)
        exposure.see(gross: new.gross, net: new.net, equity: new.equity)
        points.append(Points.Point(at: new.at, equity: new.equity.double, growth: growth, benchmark: benchmark))
        var readings = 1
        if let session, session.contains(new.at), let today = days.popLast() {
            paidToday += today.paid
            readings += today.readings
        } else {
            session = TradingSession(.usEquity, containing: new.at)
        }
        days.append(
            Day(
                day: session?.day ?? 0, at: new.at, equity: new.equity, growth: growth, paid: paidToday,
                gross: new.gross, net: new.net, readings: readings, benchmark: benchmark))
        paidToday = .zero
    }
}

/// How much of the account was in the market.
package struct Exposure: Sendable {
    private var readings: Int64 = 0
    private var invested: Int64 = 0
    private var grossSum = 0.0
    private var netSum = 0.0
    private(set) var highest = 0.0

    mutating func see(gross: Sum, net: Sum, equity: Sum) {
        readings += 1
        guard gross.isPositive else { return }
        invested += 1
        guard equity.isPositive else { return }
        let share = gross.double / equity.double
        grossSum += share
        netSum += net.double / equity.double
        highest = max(highest, share)
    }

    var average: Double? { readings > 0 ? grossSum / Double(readings) : nil }
    var averageNet: Double? { readings > 0 ? netSum / Double(readings) : nil }
    /// Share of the readings in which something was held.
    var timeInMarket: Double? { readings > 0 ? Double(invested) / Double(readings) : nil }
}

/// The largest fall from a peak, as it goes.
struct RunningDrawdown: Sendable {
    private(set) var deepest: Drawdown?
    private var peak = 0.0
    private var peakAt = Timestamp(nanoseconds: 0)
    private var isOpen = false

    mutating func see(_ growth: Double, at time: Timestamp) {
        guard growth < peak else {
            if isOpen, growth >= peak, deepest?.peakAt == peakAt { deepest?.recoveredAt = time }
            (peak, peakAt, isOpen) = (growth, time, false)
            return
        }
        isOpen = true
        let depth = growth / peak - 1
        if depth < deepest?.depth ?? 0 {
            deepest = Drawdown(depth: depth, peakAt: peakAt, bottomAt: time, recoveredAt: nil)
        }
    }
}

/// A fall of the growth from its peak.
package struct Drawdown: Sendable, Hashable {
    /// As a share of the peak: negative.
    package var depth: Double
    package var peakAt: Timestamp
    package var bottomAt: Timestamp
    /// When the peak was reached again; nil: not yet.
    package var recoveredAt: Timestamp?
}

/// A curve of bounded length: when it is full, every second point is let go of.
struct Points: Sendable {
    struct Point: Sendable {
        var at: Timestamp
        var equity: Double
        var growth: Double
        var benchmark: Double?
    }

    private(set) var list: [Point] = []
    private var stride = 1
    private var skipped = 0
    /// The newest, whether it is kept or not.
    private var newest: Point?
    static let most = 4_096

    mutating func append(_ point: Point) {
        newest = point
        skipped += 1
        guard skipped >= stride else { return }
        skipped = 0
        list.append(point)
        guard list.count >= Self.most else { return }
        list = list.enumerated().compactMap { $0.offset % 2 == 0 ? $0.element : nil }
        stride *= 2
    }

    /// With the newest at the end.
    var all: [Point] { skipped == 0 ? list : list + (newest.map { [$0] } ?? []) }
}
