/// How many commands the core takes (I-BOUND-5): of each process, as far as the system tells them apart, and of all together. What
/// makes trading safer has shares of its own for each command, so that nobody who floods `control` keeps a person from it. Pure.
struct ControlRate {
    /// At once, and a second.
    struct Rate {
        var atOnce: Int64
        var perSecond: Int64
    }

    /// Of one process: half of what all have, so that one alone never takes everything.
    static let ofOne = Rate(atOnce: 50, perSecond: 5)
    static let ofAll = Rate(atOnce: 100, perSecond: 10)
    /// Of each command in ``safe``.
    static let safeOfOne = Rate(atOnce: 10, perSecond: 1)
    static let safeOfAll = Rate(atOnce: 50, perSecond: 5)
    private static let safe = ["halt", "reduce", "flatten", "resume"]
    /// Shares that are remembered; beyond it the one that has waited longest is forgotten.
    static let remembered = 512

    private struct Key: Hashable {
        /// Empty for all that is not safe.
        var command: String
        /// Nil for whoever cannot be told from others.
        var process: Int32?
    }

    private struct Share {
        var left: Int64
        var asOf: Int64

        /// - Returns: whether one was taken.
        mutating func take(_ rate: Rate, now: Int64) -> Bool {
            // No share takes longer to fill than the time that is looked at.
            let passed = min(max(0, now - asOf), 1_000_000)
            left = min(rate.atOnce * 1_000, left + passed * rate.perSecond)
            asOf = max(now, asOf)
            guard left >= 1_000 else { return false }
            left -= 1_000
            return true
        }
    }

    private var ofProcesses: [Key: Share] = [:]
    private var together: [String: Share] = [:]

    var rememberedCount: Int { ofProcesses.count }

    /// - Parameter process: that has sent it; nil where the system does not tell.
    /// - Returns: why a command is not taken; nil when it is.
    mutating func consume(_ command: String, from process: Int32?, now: Int64) -> String? {
        let isSafe = Self.safe.contains(command)
        let (one, all) = isSafe ? (Self.safeOfOne, Self.safeOfAll) : (Self.ofOne, Self.ofAll)
        let key = Key(command: isSafe ? command : "", process: process)
        var share = ofProcesses[key] ?? Share(left: one.atOnce * 1_000, asOf: now)
        defer { ofProcesses[key] = share }
        if ofProcesses[key] == nil { forgetOne() }
        // What one has too much of costs the others nothing.
        guard share.take(one, now: now) else { return Self.refusal(isSafe ? command : nil, one, "of one process") }
        var common = together[key.command] ?? Share(left: all.atOnce * 1_000, asOf: now)
        defer { together[key.command] = common }
        return common.take(all, now: now) ? nil : Self.refusal(isSafe ? command : nil, all, "of all together")
    }

    private static func refusal(_ command: String?, _ rate: Rate, _ whose: String) -> String {
        let what = command.map { "`\($0)`" } ?? "commands"
        return
            "not taken, nothing was done: at most \(rate.atOnce) \(what) at once and \(rate.perSecond) a second \(whose); say it again"
    }

    private mutating func forgetOne() {
        guard ofProcesses.count >= Self.remembered,
            let first = ofProcesses.min(by: {
                ($0.value.asOf, $0.key.process ?? 0) < ($1.value.asOf, $1.key.process ?? 0)
            })
        else { return }
        ofProcesses[first.key] = nil
    }
}
