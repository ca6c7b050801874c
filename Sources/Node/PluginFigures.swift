/// What one plugin has done since the core was started. No decision depends on it.
struct PluginFigures {
    /// As it said hello last.
    var version: String?
    private(set) var answers: Int64 = 0
    var late: Int64 = 0
    var missed: Int64 = 0
    var refused: Int64 = 0
    var restarts: Int64 = 0
    /// Of the newest answers, in microseconds; the oldest is overwritten.
    private var latencies: [Int64] = []
    private static let kept = 1_000

    mutating func answered(after microseconds: Int64) {
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
