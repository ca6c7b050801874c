/// How much of what a plugin writes is kept, so that one that writes without end fills neither the log nor the core's time:
/// pure, so that it can be tested without processes.
struct OutputRateLimiter: Sendable, Hashable {
    static let atOnce: Int64 = 131_072
    static let perSecond: Int64 = 8_192
    /// When it is used up, output is taken again when so much has come back, and not line by line.
    static let toBeHeardAgain: Int64 = 65_536
    /// The time and the name that stand before each line in the log.
    static let perLine: Int64 = 48

    enum Verdict: Sendable, Hashable {
        case kept
        /// Kept, after so many that were not.
        case keptAgain(leftOut: Int64)
        case leftOut(isFirst: Bool)
    }

    /// In thousandths of a byte.
    private var left = atOnce * 1_000
    private var asOfMilliseconds: Int64?
    private var linesLeftOut: Int64 = 0

    mutating func consume(_ bytes: Int, atMilliseconds now: Int64) -> Verdict {
        let elapsed = min(max(now - (asOfMilliseconds ?? now), 0), 1_000_000)
        asOfMilliseconds = now
        left = min(left + elapsed * Self.perSecond, Self.atOnce * 1_000)
        let price = (Int64(bytes) + Self.perLine) * 1_000
        guard left >= (linesLeftOut > 0 ? Self.toBeHeardAgain * 1_000 : price) else {
            linesLeftOut += 1
            return .leftOut(isFirst: linesLeftOut == 1)
        }
        left -= price
        defer { linesLeftOut = 0 }
        return linesLeftOut > 0 ? .keptAgain(leftOut: linesLeftOut) : .kept
    }
}
