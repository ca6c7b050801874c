/// Makes a failure small enough to be read: leaves out mishaps for as long as the same promise still breaks (delta
/// debugging, Zeller and Hildebrandt 2002).
package struct Minimizer {
    package struct Result {
        /// Without these the promise holds.
        package var injectedFaults: [InjectedFault]
        package var outcome: Outcome
        package var runs: Int
    }

    private let seed: UInt64
    private var options: Simulator.Options
    private let promise: String
    private var runs = 0
    /// Runs that one search may take.
    private static let mostRuns = 600

    /// - Parameter outcome: of the run that failed.
    package static func minimize(_ outcome: Outcome, _ options: Simulator.Options) -> Result? {
        guard let promise = outcome.promise else { return nil }
        var minimizer = Minimizer(seed: outcome.seed, options: options, promise: promise)
        return minimizer.search(outcome.injectedFaults)
    }

    private init(seed: UInt64, options: Simulator.Options, promise: String) {
        (self.seed, self.options, self.promise) = (seed, options, promise)
    }

    private mutating func search(_ all: [InjectedFault]) -> Result {
        let kept = Self.smallest(all, mostRuns: Self.mostRuns) { fails(with: $0) }
        options.only = Set(kept)
        options.tells = true
        return Result(injectedFaults: kept, outcome: Simulator.run(seed: seed, options), runs: runs)
    }

    /// What cannot be made smaller by leaving out any one of it, unless the runs are used up before: parts are left out,
    /// large ones first.
    static func smallest<Item>(_ all: [Item], mostRuns: Int, fails: ([Item]) -> Bool) -> [Item] {
        var kept = all
        var parts = 2
        var runs = 0
        while kept.count > 0, runs < mostRuns {
            let size = (kept.count + parts - 1) / parts
            let smaller = stride(from: 0, to: kept.count, by: size).lazy
                .map { start in Array(kept[..<start] + kept[min(start + size, kept.count)...]) }
                .first {
                    runs += 1
                    return fails($0)
                }
            if let smaller {
                (kept, parts) = (smaller, max(2, parts - 1))
            } else if size == 1 {
                break
            } else {
                parts = min(kept.count, parts * 2)
            }
        }
        return kept
    }

    private mutating func fails(with injectedFaults: [InjectedFault]) -> Bool {
        runs += 1
        options.only = Set(injectedFaults)
        return Simulator.run(seed: seed, options).promise == promise
    }
}
