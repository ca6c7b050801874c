import Console
import Node
import Orchestration
import Synchronization
import Trading
import Wording

/// What a back-test comes to, and how far it is.
final class BacktestObserver: RunObserver {
    private(set) var report = RunReport()
    private(set) var equity = EquityCurve()
    /// Texts of the log, the first so many: why a plugin was left out, or a price was not taken.
    private(set) var log: [String] = []
    /// Every decision that changed a plan, and the equity at each cycle, where that is asked for.
    private(set) var course = Course()
    private let keepsCourse: Bool
    /// Why orders waited, with how often; the first so many reasons.
    private(set) var keptBack: [String: Int] = [:]
    private let progress: Progress
    private let share: () -> Double?
    private var untilLook = 0
    private static let logged = 20
    private static let reasons = 200

    init(progress: Progress, keepsCourse: Bool, share: @escaping () -> Double?) {
        self.progress = progress
        self.keepsCourse = keepsCourse
        self.share = share
    }

    func observe(_ record: Record, state: CoreState) {
        report.add(record, state: state)
        if keepsCourse { course.take(record, at: state.now) }
        switch record {
        case .cycleStarted(let start): equity.add(start.equity, at: state.now)
        case .waiting(let waiting): if let why = waiting.why { count(why.words) }
        case .alert(let alert) where alert.level != .notice: count(alert.textWithName)
        default: break
        }
    }

    private func count(_ why: String) {
        guard keptBack[why] != nil || keptBack.count < Self.reasons else { return }
        keptBack[why, default: 0] += 1
    }

    func log(_ source: String, _ line: String) {
        if log.count < Self.logged { log.append("\(source): \(line)") }
    }

    func progress(at time: Timestamp, cycle: Int64) {
        untilLook -= 1
        guard untilLook < 0 else { return }
        untilLook = 32
        progress.reached(share() ?? 0)
    }
}

/// How far a back-test is, for another thread that shows it.
package final class Progress: Sendable {
    private let permille = Atomic<Int>(0)

    package init() {}

    /// 0 to 1.
    package var share: Double { Double(permille.load(ordering: .relaxed)) / 1_000_000 }

    func reached(_ share: Double) { permille.store(Int(share * 1_000_000), ordering: .relaxed) }
}
