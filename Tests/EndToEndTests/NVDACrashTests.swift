import Foundation
import TestSupport
import Testing
import Trading

@testable import PaperExchange

/// The steps of the plan by name, and where they stand in a run in which nobody is killed. Two such runs have the same
/// journal, so that the places hold in every other run too.
enum PlanStep: String, CaseIterable, CustomTestStringConvertible {
    case cancelTakeProfit = "the take-profit over all shares is cancelled"
    case sell = "143 are sold"
    case protect = "144 are protected by one OCO group"

    var testDescription: String { rawValue }

    private func isCommand(_ command: OrderCommand) -> Bool {
        switch (self, command) {
        case (.cancelTakeProfit, .cancel): true
        case (.sell, .submit(let submission)): submission.orders.map(\.type) == [.market]
        case (.protect, .submit(let submission)): submission.groupKind == .oco
        default: false
        }
    }

    private func isConfirmation(_ report: ExecutionReport, of orders: [ClientOrderID]) -> Bool {
        guard orders.contains(report.clientOrderID) else { return false }
        switch self {
        case .cancelTakeProfit: return report.event == .canceled
        case .sell: return report.event == .fill
        case .protect: return report.event == .new
        }
    }

    struct Places {
        /// The journal entry of the command.
        var command: Int64
        /// Of the broker's report that it is done.
        var confirmation: Int64
        /// Counted among all commands, questions too: what the adapter counts.
        var numberAtAdapter: Int
        /// Counted among order commands: what the core counts.
        var numberAtCore: Int
    }

    func places(in journal: JournalFacts) throws -> Places {
        var (all, orders) = (0, 0)
        for entry in journal.entries {
            guard case .command(let command) = entry.content else { continue }
            all += 1
            if !command.isQuery { orders += 1 }
            guard isCommand(command) else { continue }
            let confirmation = journal.entries.last {
                guard case .execution(let report) = $0.content else { return false }
                return isConfirmation(report, of: command.orderIDs)
            }
            return Places(
                command: entry.sequence, confirmation: try #require(confirmation).sequence, numberAtAdapter: all,
                numberAtCore: orders)
        }
        throw VenueHistory.Missing(what: "the plan has no step \(rawValue)")
    }
}

extension OrderCommand {
    fileprivate var orderIDs: [ClientOrderID] {
        switch self {
        case .submit(let submission): submission.orders.map(\.clientOrderID)
        case .cancel(let id), .query(let id): [id]
        case .replace(let replacement): [replacement.clientOrderID]
        case .reconcile: []
        }
    }
}

@Suite("kill -9 at each step of the plan: the same end to the cent, nothing doubled", .blocking, .serialized)
struct NVDACrashTests {
    private static let keepLogs = ["BIGBROTHER_KEEP_VENUE_LOGS": "1"]

    private static let undisturbed = Result {
        let programs = try Programs()
        defer { programs.remove() }
        #expect(try programs.run(["run", "--config", try programs.shipped("nvda.yaml")]).code == 0)
        return try JournalFacts(programs.journal)
    }

    private func places(_ step: PlanStep) throws -> PlanStep.Places { try step.places(in: try Self.undisturbed.get()) }

    @Test("the core, when the step is journaled and not sent", arguments: PlanStep.allCases)
    func journaled(step: PlanStep) throws {
        try killCore(["--die-after-entry", "\(try places(step).command)"], "journaled: \(step.rawValue)")
    }

    @Test("the core, when the step is sent and its answer not read", arguments: PlanStep.allCases)
    func sent(step: PlanStep) throws {
        try killCore(["--die-before-answer", "\(try places(step).numberAtCore)"], "sent: \(step.rawValue)")
    }

    @Test(
        "the core, when the step's confirmation is journaled and what follows is not sent", arguments: PlanStep.allCases
    )
    func confirmed(step: PlanStep) throws {
        try killCore(["--die-after-entry", "\(try places(step).confirmation)"], "confirmed: \(step.rawValue)")
    }

    @Test(
        "the broker adapter, before it acts and when it has acted and not answered",
        arguments: PlanStep.allCases, ["before", "after"])
    func adapter(step: PlanStep, moment: String) throws {
        let number = try places(step).numberAtAdapter
        // The tape waits for the adapter to come back: the run itself comes to the end of the plan.
        try killPlugin("paper:command:\(number):\(moment)", "\(moment): \(step.rawValue)")
    }

    @Test(
        "a policy in the middle of the cycle that makes the plan",
        arguments: Tier.volume(
            gate: ["stop-loss", "partial-profit"],
            nightly: ["stop-loss", "partial-profit", "take-profit", "portfolio-risk"]), ["before", "after"])
    func policy(name: String, moment: String) throws {
        let what = "\(name), \(moment) it has made up its mind"
        let point = "\(name):evaluate:1:\(moment)"
        guard name == "partial-profit" else { return try killPlugin(point, what) }
        // The cycle ends without it, and portfolio-risk alone reduces to 40 % of equity; it takes half of that when it is back.
        try killPlugin(point, what, keeping: 137, selling: [14, 136])
    }

    private func killCore(_ arguments: [String], _ what: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        let killed = try programs.run(["run", "--config", config] + arguments, environment: Self.keepLogs)
        #expect(killed.code == SIGKILL, "\(what): \(killed)")
        try goOn(programs, config, what)
    }

    private func killPlugin(
        _ point: String, _ what: String, keeping kept: Int = 144, selling sales: [Int] = [143]
    ) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        let first = try programs.run(
            ["run", "--config", config], environment: Self.keepLogs.merging(["BIGBROTHER_CRASH": point]) { $1 })
        #expect(first.code == 0, "\(what): \(first)")
        let marker = programs.stateDirectory + "/plugins/crashed"
        #expect(FileManager.default.fileExists(atPath: marker), "\(what): nobody was killed")
        if point.hasPrefix("paper") { try programs.expectNVDA("in the same run, " + what) }
        try goOn(programs, config, what, keeping: kept, selling: sales)
    }

    private func goOn(
        _ programs: Programs, _ config: String, _ what: String, keeping kept: Int = 144, selling sold: [Int] = [143]
    ) throws {
        let again = try programs.run(["run", "--config", config], environment: Self.keepLogs)
        #expect(again.code == 0, "\(what): \(again.errors)")
        try programs.expectNVDA(what, keeping: kept, selling: sold)
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0, "\(what)")
        let journal = try JournalFacts(programs.journal)
        let venue = try VenueHistory(in: programs.stateDirectory + "/plugins")
        for offence in Verdict(journal, venue).offences { Issue.record("\(what): \(offence)") }
        let sales = venue.submissions.flatMap(\.orders).filter { $0.type == .market }
        #expect(sales.map(\.quantity.description) == sold.map(String.init), "\(what): sold at the venue")
        #expect(venue.executions.count == sold.count, "\(what): executions at the venue")
    }
}
