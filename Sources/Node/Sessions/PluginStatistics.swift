import Trading

/// What one plugin has done since the core was started. No decision depends on it.
struct PluginFigures {
    /// As it said hello last.
    fileprivate(set) var version: String?
    private(set) var answers: Int64 = 0
    fileprivate(set) var late: Int64 = 0
    fileprivate(set) var missed: Int64 = 0
    fileprivate(set) var refused: Int64 = 0
    fileprivate(set) var restarts: Int64 = 0
    /// When an error of it may be told again.
    fileprivate var errorDueMilliseconds = Int64.min
    fileprivate var notices = NoticeBudget()
    fileprivate var cuts = NoticeBudget(atOnce: NoticeBudget.cutsAtOnce)
    /// Of the newest answers, in microseconds; the oldest is overwritten.
    private var latencies: [Int64] = []
    private static let kept = 1_000

    fileprivate mutating func answered(after microseconds: Int64) {
        if latencies.count < Self.kept {
            latencies.append(microseconds)
        } else {
            latencies[Int(answers) % Self.kept] = microseconds
        }
        answers += 1
    }

    /// The latency that so many of 100 answers do not exceed; nil without any.
    func latency(percentile share: Int) -> Int64? {
        guard !latencies.isEmpty else { return nil }
        return latencies.sorted()[min(latencies.count - 1, latencies.count * share / 100)]
    }
}

/// The figures of all plugins.
struct PluginStatistics {
    private var figures: [PluginName: PluginFigures] = [:]

    subscript(name: PluginName) -> PluginFigures { figures[name] ?? PluginFigures() }
    var count: Int { figures.count }

    mutating func saidHello(_ name: PluginName, version: String?) { figures[name, default: .init()].version = version }
    mutating func answered(_ name: PluginName, after microseconds: Int64) {
        figures[name, default: .init()].answered(after: microseconds)
    }
    mutating func answeredLate(_ name: PluginName) { figures[name, default: .init()].late += 1 }
    mutating func missedCycle(_ name: PluginName) { figures[name, default: .init()].missed += 1 }
    mutating func refused(_ name: PluginName) { figures[name, default: .init()].refused += 1 }
    /// Whether an error is told now: one in a while, whatever a plugin sends.
    mutating func tellsError(of name: PluginName, now: Int64) -> Bool {
        guard now >= self[name].errorDueMilliseconds else { return false }
        figures[name, default: .init()].errorDueMilliseconds = now + LoopLimits.errorMilliseconds
        return true
    }
    /// Whether what a plugin did wrong is told now.
    mutating func consumeNotice(of name: PluginName, now: Int64) -> NoticeBudget.Verdict {
        figures[name, default: .init()].notices.consume(now: now)
    }
    /// Whether it is told now that the plugin was cut or left out. What it did wrong before that uses up nothing of this.
    mutating func consumeCut(of name: PluginName, now: Int64) -> NoticeBudget.Verdict {
        figures[name, default: .init()].cuts.consume(now: now)
    }
    mutating func restarted(_ name: PluginName) { figures[name, default: .init()].restarts += 1 }
}
