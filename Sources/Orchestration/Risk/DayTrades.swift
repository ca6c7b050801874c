import Trading

/// Keeps the fourth day trade in five business days away from a margin account with less than $25,000 (I-DAY-1).
///
/// FINRA Rule 4210(f)(8)(B) called who made four a pattern day trader. It was replaced by standards for intraday margin on
/// 2026-06-04 (SR-FINRA-2025-017, SEC Release 34-105226); brokers may go on by the old rule until 2027-10-20.
package struct DayTradeRule: Sendable, Hashable, Codable {
    /// In five business days, 1 to 100.
    package var most: Int64 = 3
    /// The rule concerns an account with less equity.
    package var below = Money(units: 25_000 * Money.scale)

    package init() {}
}

/// Which shares were bought, or sold short, today, and which day trades were made: opened and closed on one day, whoever
/// did it. What others did before the journal began is not known.
package struct DayTrades: Sendable, Hashable, Codable {
    /// Symbols of which something was opened and nothing closed since, with the day.
    private var opened: [Symbol: Int64] = [:]
    /// One for each, the oldest first: its day.
    private var made: [Int64] = []
    private static let businessDays = 5
    /// Of one day trade too many all others are as well.
    private static let remembered = 200

    package init() {}

    /// - Parameter day: since 1970, in New York.
    /// - Returns: day trades in five business days, when this has made one more.
    mutating func note(_ symbol: Symbol, opens: Bool, closes: Bool, day: Int64) -> Int? {
        var count: Int?
        if closes, opened[symbol] == day {
            opened[symbol] = nil
            made = (made + [day]).suffix(Self.remembered)
            count = self.count(on: day)
        }
        if opens { opened[symbol] = day }
        opened = opened.filter { $0.value >= day }
        return count
    }

    /// Within five business days, this one with them.
    package func count(on day: Int64) -> Int {
        let first = Self.first(before: day)
        return made.count { $0 >= first && $0 <= day }
    }

    /// What was opened today and would be a day trade when its stop was hit.
    func openToday(on day: Int64) -> Set<Symbol> { Set(opened.filter { $0.value == day }.keys) }

    /// The first of five business days of which this is the last, or after which it is.
    private static func first(before day: Int64) -> Int64 {
        var (first, found) = (day, 0)
        while found < businessDays, day - first < 30 {
            if USEquityCalendar.closingMinute(ofDay: first) != nil { found += 1 }
            if found < businessDays { first -= 1 }
        }
        return first
    }

    /// A pair such as `BTC/USD` is no security.
    static func concerns(_ symbol: Symbol) -> Bool { TradingHours(of: symbol) == .usEquity }
}
