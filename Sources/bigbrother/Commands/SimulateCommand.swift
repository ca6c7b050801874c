import ArgumentParser
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Put the core through storms, and see whether every promise holds.",
        discussion: """
            Runs the real core and the real shell under a simulated clock, network, broker and disk. Each seed is one
            scenario of some ten minutes: an account, a market, policies that contradict and lie, a broker with its own
            abilities, and what goes wrong - lost and late messages, refusals, crashes at any step, a failing disk.
            After every event the promises are checked against the simulated broker's truth; after the storm everything
            must come together again, and the journal must replay to the same state.

            The same seed is the same scenario, to the byte, on every machine.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many scenarios, from the first seed on.")
    var scenarios: Int?

    @Option(help: "Go on for so many minutes.")
    var minutes: Int?

    @Option(help: ArgumentHelp("Leave these hazards out, separated by commas.", valueName: "hazards"))
    var without: String?

    @Flag(help: "Tell everything that happens in the first scenario.")
    var story = false

    @Flag(help: ArgumentHelp("Tell the journal hash of every scenario.", visibility: .hidden))
    var chains = false

    func run() throws {
        var options = Simulator.Options()
        for name in (without ?? "").split(separator: ",") {
            guard let hazard = Hazard(rawValue: String(name)) else {
                throw ValidationError(
                    "--without: \"\(name)\" is no hazard; there are \(Hazard.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            options.without.insert(hazard)
        }
        options.tells = story
        let start = SystemClock().monotonicNanoseconds
        var failures = 0
        var count: UInt64 = 0
        var simulated: Int64 = 0
        while true {
            let outcome = Simulator.run(seed: seed + count, options)
            count += 1
            simulated += outcome.simulated
            if chains { print("\(outcome.seed) \(outcome.chain) \(outcome.checks)") }
            if story { for line in outcome.story { print(line) } }
            if let promise = outcome.promise {
                failures += 1
                print("seed \(outcome.seed): \(promise): \(outcome.violation ?? "")")
            }
            let elapsed = SystemClock().monotonicNanoseconds - start
            if let minutes, elapsed > Int64(minutes) * 60_000_000_000 { break }
            if minutes == nil, Int(count) >= scenarios ?? 1 { break }
        }
        let seconds = Double(SystemClock().monotonicNanoseconds - start) / 1e9
        print("\(count) scenarios, \(failures) failures, \(seconds) s")
        if failures > 0 { throw ExitCode(1) }
    }
}
