import Foundation
import Reporting
import Trading

/// Equity at the end of each day, of the times at which cycles began.
package struct EquityCurve: Sendable {
    /// Day since 1970, in New York, with the last equity seen on it.
    package private(set) var days: [(day: Int64, equity: Money)] = []
    package private(set) var first: Money?
    private var dayEnds = Timestamp(nanoseconds: .min)

    mutating func add(_ equity: Money, at time: Timestamp) {
        first = first ?? equity
        guard time >= dayEnds else {
            days[days.count - 1].equity = equity
            return
        }
        let day = USEquityCalendar.tradingDay(at: time)
        dayEnds = USEquityCalendar.time(minute: 0, ofDay: day + 1)
        days.append((day, equity))
    }

    /// From one day's end to the next.
    package var returns: [Double] {
        zip(days, days.dropFirst()).compactMap { before, after in
            before.equity.units > 0 ? Double(after.equity.units) / Double(before.equity.units) - 1 : nil
        }
    }

    /// For a year of 252 days; nil for too few days, or no movement.
    package var sharpe: Double? { Figures.sharpe(returns, perYear: 252) }

    static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}
