/// How often the journal takes a notice that one plugin can cause: so many at once, and one more from time to time. Pure.
struct NoticeBudget {
    enum Verdict: Equatable {
        /// - Parameter unsaid: those before it that were not told.
        case told(unsaid: Int64)
        case unsaid
    }

    static let atOnce: Int64 = 20
    /// Of being cut or left out.
    static let cutsAtOnce: Int64 = 5
    static let everyMilliseconds: Int64 = 10_000

    /// In milliseconds of waiting, so that nothing is divided.
    private let most: Int64
    private var left: Int64
    private var asOf: Int64?
    private var unsaid: Int64 = 0

    init(atOnce: Int64 = NoticeBudget.atOnce) {
        most = atOnce * Self.everyMilliseconds
        left = most
    }

    mutating func consume(now: Int64) -> Verdict {
        left = min(most, left + min(most, max(0, now - (asOf ?? now))))
        asOf = now
        guard left >= Self.everyMilliseconds else {
            unsaid += 1
            return .unsaid
        }
        left -= Self.everyMilliseconds
        defer { unsaid = 0 }
        return .told(unsaid: unsaid)
    }
}
