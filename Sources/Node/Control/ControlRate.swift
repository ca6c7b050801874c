/// How many commands the core takes (I-BOUND-5). What makes trading safer has a share of its own for each command, so that nobody
/// who floods `control` keeps a person from it. Pure.
struct ControlRate {
    private struct Share {
        var left: Int64
        var asOf: Int64
    }

    /// At once, and a second, in all and of each command in ``safe``.
    static let atOnce: Int64 = 100
    static let perSecond: Int64 = 10
    static let safeAtOnce: Int64 = 10
    static let safePerSecond: Int64 = 1
    private static let safe = ["halt", "reduce", "flatten", "resume"]

    private var shares: [String: Share] = [:]

    /// - Returns: why a command is not taken; nil when it is.
    mutating func consume(_ command: String, now: Int64) -> String? {
        let isSafe = Self.safe.contains(command)
        let (atOnce, perSecond) = isSafe ? (Self.safeAtOnce, Self.safePerSecond) : (Self.atOnce, Self.perSecond)
        let key = isSafe ? command : ""
        var share = shares[key] ?? Share(left: atOnce * 1_000, asOf: now)
        let passed = min(max(0, now - share.asOf), 1_000_000)
        share = Share(left: min(atOnce * 1_000, share.left + passed * perSecond), asOf: max(now, share.asOf))
        defer { shares[key] = share }
        guard share.left >= 1_000 else {
            let what = isSafe ? "`\(command)` at once" : "commands at once"
            return "not taken, nothing was done: at most \(atOnce) \(what) and \(perSecond) a second; say it again"
        }
        share.left -= 1_000
        return nil
    }
}
