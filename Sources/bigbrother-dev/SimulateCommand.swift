import ArgumentParser
import CommandSupport
import Foundation
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the core through seeded faults, and check every promise.",
        discussion: """
            Runs the real core and the real loop under a simulated clock, network, broker
            and disk. Each seed is one scenario of some ten minutes: an account, a market,
            policies that contradict each other or send nonsense, a broker with its own
            capabilities, and faults: lost and late messages, refusals, crashes at any
            step, a failing disk. After every event the promises are checked against the
            simulated broker's own books; after the faults core and broker must agree
            again, and the journal must replay to the same state.

            The same seed is the same scenario, to the byte, on every machine. A failure
            is made smaller by leaving out faults, and printed with one command that
            repeats it.
            """)

    @Option(help: "The first seed.") var seed: UInt64 = 1
    @Option(help: "How many scenarios, from the first seed on (default: 1, or as many as fit in --minutes).")
    var scenarios: Int?
    @Option(help: "Go on for so many minutes.") var minutes: Int?
    @Option(help: ArgumentHelp("Leave these kinds of fault out, separated by commas.", valueName: "kinds"))
    var without: String?
    @Option(
        help: ArgumentHelp(
            "Only these faults, as a failure names them; or none.", valueName: "faults"))
    var only: String?
    @Flag(help: "Print everything that happens in the first scenario.") var story = false
    @Flag(help: "Show how often each entry of the order life-cycle table was taken.") var coverage = false
    @Flag(help: "Print a failure as it is, without making it smaller.") var raw = false
    @Flag(help: ArgumentHelp("Print each scenario's journal hash.", visibility: .hidden)) var chains = false
    @Flag(help: ArgumentHelp("End with the first failure.", visibility: .hidden)) var first = false

    func run() throws {
        let options = try simulatorOptions()
        let start = SystemClock().monotonicNanoseconds
        var total = SimulationReport()
        repeat {
            let outcome = Simulator.run(seed: seed + UInt64(total.scenarios), options)
            total.add(outcome)
            if chains { print("\(outcome.seed) \(outcome.chain)") }
            if story, total.scenarios == 1 { for line in outcome.scenario + outcome.story { print(line) } }
            if outcome.promise != nil { show(outcome, options) }
            // A failure is to be seen while the rest still runs.
            if chains || outcome.promise != nil { fflush(nil) }
            if first, total.failures > 0 { break }
        } while isMore(total, since: start)
        total.seconds = Double(SystemClock().monotonicNanoseconds - start) / 1e9
        if coverage { for line in total.coverage.lines { print(line) } }
        for line in total.lines { print(line) }
        if total.failures > 0 { throw ExitCode(1) }
    }

    private func isMore(_ total: SimulationReport, since start: Int64) -> Bool {
        if let minutes, SystemClock().monotonicNanoseconds - start > Int64(minutes) * 60_000_000_000 { return false }
        return total.scenarios < scenarios ?? (minutes == nil ? 1 : .max)
    }

    private func simulatorOptions() throws -> Simulator.Options {
        var options = Simulator.Options()
        options.tells = story
        for name in (without ?? "").split(separator: ",") {
            guard let fault = FaultKind(rawValue: String(name)) else {
                let all = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--without: \"\(name)\" is no kind of fault; there are \(all)")
            }
            options.without.insert(fault)
        }
        guard let only else { return options }
        options.only = []
        for text in only.split(separator: ",") where text != "none" {
            guard let injectedFault = InjectedFault(text) else {
                throw ValidationError("--only: \"\(text)\" is no fault; one is written as core-crash@3, or write none")
            }
            options.only?.insert(injectedFault)
        }
        return options
    }

    private func show(_ outcome: Simulation.Outcome, _ options: Simulator.Options) {
        print("seed \(outcome.seed): \(outcome.promise ?? "") broke: \(outcome.violation ?? "")")
        guard !raw, only == nil, let small = Minimizer.minimize(outcome, options) else { return }
        for line in FailureReport(outcome, small).lines { print("  " + line) }
    }
}
