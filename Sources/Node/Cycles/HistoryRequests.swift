import Orchestration
import Trading
import Wire

/// What providers were asked for at the start of the run, and what they gave: pure. The core is given it after the policies are
/// there and before the broker is (I-WARM-2).
struct HistoryRequests {
    private var pending: [String: Pending] = [:]
    private var given: [Input] = []
    private var bars = 0
    private var untilMilliseconds: Int64?

    private struct Pending {
        var provider: PluginName
        var request: HistoryRequest
    }

    /// It was asked; the first question begins the time that all have.
    mutating func asked(_ provider: PluginName, _ request: HistoryRequest, as id: String, now: Int64) {
        pending[id] = Pending(provider: provider, request: request)
        untilMilliseconds = untilMilliseconds ?? now + LoopLimits.historyMilliseconds
    }

    /// Whether an answer may still come.
    mutating func isAwaited(now: Int64) -> Bool {
        guard !pending.isEmpty, let until = untilMilliseconds else { return false }
        guard now >= until else { return true }
        for provider in Set(pending.values.map(\.provider)).sorted() {
            fail(provider, "no answer within \(LoopLimits.historyMilliseconds / 1_000) s")
        }
        return false
    }

    var dueMilliseconds: Int64? { pending.isEmpty ? nil : untilMilliseconds }

    /// - Returns: why the piece is not taken; nil when it is.
    mutating func received(_ piece: HistoryBars, re: String?, from provider: PluginName) -> String? {
        guard let re, let question = pending[re], question.provider == provider else {
            return "bars: they answer no question that waits"
        }
        guard piece.bars.count <= HistoryBars.most, bars + piece.bars.count <= LoopLimits.historyBars else {
            fail(provider, "more bars than are taken")
            return "bars: at most \(HistoryBars.most) in a message"
        }
        bars += piece.bars.count
        let wanted = piece.bars.filter { $0.isWhole(of: question.request.period) && $0.defect == nil }
        if !wanted.isEmpty { given.append(.history(provider: provider, bars: wanted)) }
        if piece.isLast == true { pending[re] = nil }
        return wanted.count == piece.bars.count ? nil : "left out: bars of another period, or that can be of no market"
    }

    /// It said why not, or it is gone.
    /// - Returns: whether it was asked.
    @discardableResult
    mutating func fail(_ provider: PluginName, _ why: String) -> Bool {
        let count = pending.count
        pending = pending.filter { $0.value.provider != provider }
        guard pending.count < count else { return false }
        given.append(.historyMissing(provider: provider, why: why))
        return true
    }

    func asks(_ re: String?) -> Bool { re.map { pending[$0] != nil } ?? false }

    /// For the core, once.
    mutating func take() -> [Input] {
        defer { (given, bars) = ([], 0) }
        return given
    }
}
