import Trading

/// What sales have brought and is not settled yet: T+1 since 2024-05-28 (SEC Rule 15c6-1). In a cash account who buys with
/// it, and sells that before it has settled, commits a good-faith violation (I-SETTLE-1).
package struct Settlements: Sendable, Hashable, Codable {
    private var proceeds: [Proceeds] = []
    /// What was bought with money that was not settled, and when that settles.
    private var boughtUnsettled: [Symbol: Int64] = [:]

    private struct Proceeds: Sendable, Hashable, Codable {
        /// Settled from this day on; since 1970, in New York.
        var day: Int64
        var amount: Money
    }

    package init() {}

    /// - Parameter day: of the sale.
    mutating func sold(_ amount: Money, day: Int64) throws(NumericError) {
        proceeds.removeAll { $0.day <= day }
        let settles = Self.settlementDay(after: day)
        if let newest = proceeds.indices.last, proceeds[newest].day == settles {
            try proceeds[newest].amount += amount
        } else {
            proceeds.append(Proceeds(day: settles, amount: amount))
        }
    }

    /// - Parameter cash: what is left after it.
    mutating func bought(_ symbol: Symbol, cash: Money, day: Int64) throws(NumericError) {
        guard try settled(of: cash, on: day).isNegative, let last = proceeds.last(where: { $0.day > day }) else {
            return
        }
        boughtUnsettled[symbol] = last.day
    }

    /// What was bought with unsettled money is sold: whether that has settled meanwhile.
    mutating func isTooSoon(_ symbol: Symbol, day: Int64) -> Bool {
        boughtUnsettled = boughtUnsettled.filter { $0.value > day }
        return boughtUnsettled.removeValue(forKey: symbol) != nil
    }

    /// Of the account's cash.
    package func settled(of cash: Money, on day: Int64) throws(NumericError) -> Money {
        var rest = cash
        for part in proceeds where part.day > day { try rest -= part.amount }
        return rest
    }

    /// The business day after the next midnight: a session, and no holiday of the banks that the exchange does not keep
    /// (Columbus Day, Veterans Day).
    static func settlementDay(after day: Int64) -> Int64 {
        var next = day + 1
        while USEquityCalendar.closingMinute(ofDay: next) == nil || isBankHoliday(next) { next += 1 }
        return next
    }

    private static func isBankHoliday(_ day: Int64) -> Bool {
        let date = CivilTime.date(daysSince1970: day)
        switch (date.month, date.weekday) {
        case (10, 1): return (8...14).contains(date.day)
        case (11, 1): return date.day == 11 || date.day == 12
        case (11, _): return date.day == 11
        default: return false
        }
    }
}
