import Foundation
import Node
import Orchestration
import Trading
import Wording

/// Prints a run for a person: the five stages of a cycle, decisions in plain words, and nothing of a cycle in which
/// nothing happens.
package final class Presenter: RunObserver {
    package enum Detail: String, CaseIterable, Sendable {
        /// Every cycle in which something happens, in its five stages.
        case cycles
        /// A progress line, and what a person must know.
        case progress
        /// Nothing: a program reads the result.
        case silent
    }

    private enum Stage: Int {
        case quiet
        case context
        case policies
        case decision
        case execute
        case learn
    }

    package private(set) var report = RunReport()
    private let detail: Detail
    private let isTerminal: Bool
    private let logs: LogFile?
    private let standing: TradingControl?
    private let output: FileHandle
    private var stage = Stage.quiet
    private var pendingCycle: (start: CycleStarted, state: CoreState)?
    private var pendingHeard: [PolicyResponse] = []
    private var hasProgressLine = false
    private var lastProgress = Date.distantPast
    private let started = Date()

    /// - Parameters:
    ///   - logFile: where the lines of plugins and live loop go; nil: nowhere.
    ///   - standing: what held when the run before ended; nil: nothing is known of one.
    ///   - output: where all else goes.
    package init(
        detail: Detail, isTerminal: Bool, logFile: LogFile?, standing: TradingControl? = nil,
        output: FileHandle = .standardOutput
    ) {
        self.detail = detail
        self.output = output
        self.standing = standing
        self.isTerminal = isTerminal
        logs = logFile
    }

    package func observe(_ record: Record, state: CoreState) {
        report.add(record, state: state)
        switch record {
        case .alert(let alert):
            show(alert)
            if case .started = alert.reason { showStandingControl() }
        case .tradingState(let now, let who, let why):
            // What the core restricts by itself is a danger; what a person restricts they know of; and to trade again is none.
            let mark = now == .active ? "  " : who == TradingControl.core ? "!!" : " !"
            line("\(mark) trading is \(now.rawValue): \(why.wordsWithCommand) (\(who))")
        case .discrepancy(let discrepancy):
            line("   \(discrepancy.words(state))")
        case .swap(let told): line("   broker: \(told.words) (\(told.who): \(told.why))")
        case .corporateAction(let action, let done): line("   corporate action: \(done.words(action))")
        case .cash(let movement, let done): line("   cash: \(done.words(movement))")
        default: if detail == .cycles { showCycle(record, state) }
        }
    }

    /// The trading state outlives the run in which it was asked for. What this run begins with is told when it is so.
    private func showStandingControl() {
        guard let control = standing, control.state != .active else { return }
        let state = control.isFlattening ? "flattening: every position is closed" : control.state.rawValue
        line("!! trading is still \(state) (\(control.who): \(control.why.words)); `bigbrother resume` ends that")
    }

    private func show(_ alert: Alert) {
        let text = "\(alert.symbol.map { "\($0): " } ?? "")\(alert.textWithName)"
        switch alert.level {
        case .notice: if detail == .cycles { line("   \(text)") }
        case .warning: line(" ! \(text)")
        case .emergency: line("!! \(text)")
        }
    }

    package func log(_ source: String, _ text: String) {
        let now = Int64(Date().timeIntervalSince(started) * 1_000)
        logs?.write(source, text, now: now)
    }

    package func progress(at time: Timestamp, cycle: Int64) {
        report.lastTime = time
        guard detail == .progress, Date().timeIntervalSince(lastProgress) > (isTerminal ? 0.2 : 5) else { return }
        lastProgress = Date()
        let rate = Double(cycle) / max(0.001, Date().timeIntervalSince(started))
        let text =
            "   \(time.inMilliseconds) cycle \(cycle), \(Int(rate)) cycles/s, \(report.decisions) decisions, \(report.fills) fills"
        if isTerminal {
            write("\r\u{1B}[K\(text)")
            hasProgressLine = true
        } else {
            write(text + "\n")
        }
    }

    package func line(_ text: String) {
        guard detail != .silent else { return }
        let text = text.onOneLine
        write(hasProgressLine ? "\r\u{1B}[K\(text)\n" : text + "\n")
        hasProgressLine = false
    }

    private func write(_ text: String) { output.write(Data(text.utf8)) }
}

// MARK: - The five stages

extension Presenter {
    private func showCycle(_ record: Record, _ state: CoreState) {
        switch record {
        case .cycleStarted(let start):
            pendingCycle = (start, state)
            pendingHeard = []
            stage = .quiet
        case .policiesAnswered(_, let heard):
            pendingHeard = heard
            if heard.contains(where: { $0.failure != nil }) { openCycle() }
        case .decision(let decision) where decision.isWorthTelling:
            openCycle()
            show(decision)
        case .portfolio(let decision):
            openCycle()
            openStage(.decision, "3 MAKE DECISION")
            line("     the portfolio as a whole")
            show(decision.dispositions)
        case .action(let step):
            openStage(.execute, "4 EXECUTE")
            line("     \(step.symbol) step \(step.number): \(step.action.words)")
        case .waiting(let waiting):
            guard let why = waiting.why else { return }
            openStage(.execute, "4 EXECUTE")
            line("     \(waiting.symbol) waits: \(why.words)")
        case .order(let change):
            openStage(.execute, "4 EXECUTE")
            line(
                "     \(change.symbol) \(Self.mark(change.event)) \(change.words)\(Self.suffix(change, state.portfolio.orders))"
            )
        case .unprotected(let time):
            // What is over within a second is the moment between two orders.
            guard time.lasted >= .seconds(1) else { return }
            openStage(.learn, "5 RECORD")
            line("     \(time.symbol) was without a working stop for \(time.lasted); \(time.endedBy.words)")
        case .outcome(let outcome):
            openStage(.learn, "5 RECORD")
            line(
                "     \(outcome.symbol) \(outcome.words): \(outcome.realizedByDecision.profitWords), \(outcome.remaining) left (decision \(outcome.decision))"
            )
        case .decision, .dispositions, .discrepancy, .corporateAction, .cash, .correction, .tradingState, .swap, .alert:
            break
        }
    }

    /// The head of a cycle is printed when something in it is worth printing.
    private func openCycle() {
        guard let (start, state) = pendingCycle else { return }
        pendingCycle = nil
        line("")
        line("cycle \(start.cycle)  \(state.now.inMilliseconds)  (\(start.trigger.words))")
        line(
            "  1 GATHER CONTEXT     \(Self.count(start.positions, "position")), \(Self.count(start.openOrders, "open order")), equity \(start.equity.dollars)\(Self.conditions(state))"
        )
        for text in Tables.positions(state, limit: 12) { line("     \(text)") }
        line("  2 EVALUATE POLICIES")
        for policy in pendingHeard {
            let said = policy.failure.map { "MISSING: \($0)" } ?? Self.count(policy.recommendations, "recommendation")
            line("     \(policy.policy.text.padded(18)) \(said)")
        }
        for missing in start.missing { line("     \(missing.text.padded(18)) MISSING: not connected") }
        stage = .policies
    }

    private func openStage(_ wanted: Stage, _ title: String) {
        guard stage != wanted else { return }
        stage = wanted
        line("  \(title)")
    }

    private func show(_ decision: Decision) {
        openStage(.decision, "3 MAKE DECISION")
        line("     \(decision.symbol): \(decision.headline.words)  [\(decision.id)]")
        show(decision.dispositions)
        for (index, step) in decision.intended.enumerated() { line("       step \(index + 1): \(step.words)") }
    }

    private func show(_ dispositions: [Disposition]) {
        for disposition in dispositions {
            let by = disposition.by.map { " by \($0)" } ?? ""
            line(
                "       \((disposition.outcome.rawValue + by).padded(26)) \(disposition.policy): \(disposition.recommendation.words) - \(disposition.why.words)"
            )
        }
    }

    private static func mark(_ event: OrderEvent) -> String {
        switch event {
        case .rejected, .cancelRejected, .replaceRejected, .timedOut, .notFound: "[--]"
        default: "[ok]"
        }
    }

    private static func suffix(_ change: OrderChanged, _ orders: OrderStore) -> String {
        switch change.event {
        case .canceled: isOCOPartner(change.order, orders) ? ": OCO partner canceled" : ": canceled, confirmed"
        case .new: ": working"
        case .restated: ": amended"
        case .fill, .partialFill: ""
        default: ": \(change.event.rawValue.replacingOccurrences(of: "_", with: " "))"
        }
    }

    /// The other leg of its group was filled, and the broker canceled this one.
    private static func isOCOPartner(_ id: ClientOrderID, _ orders: OrderStore) -> Bool {
        guard let order = orders[id], let group = order.groupID, order.groupKind != nil else { return false }
        return orders.orders.values.contains { $0.groupID == group && $0.id != id && $0.status == .filled }
    }

    private static func conditions(_ state: CoreState) -> String {
        state.market.conditions.values.sorted { $0.name < $1.name }.map { ", \($0.name) \($0.value)" }
            .joined()
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension Decision {
    /// It changes the plan, or a recommendation was refused.
    fileprivate var isWorthTelling: Bool {
        headline != .noChange
            || dispositions.contains { [.overridden, .vetoed, .refused, .expired].contains($0.outcome) }
    }
}

extension String {
    package func padded(_ width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
    package func padLeft(_ width: Int) -> String {
        count >= width ? self : String(repeating: " ", count: width - count) + self
    }
}
