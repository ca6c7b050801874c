import Foundation
import Synchronization

/// Several back-tests side by side, one for each core of the machine at a time.
package final class Grid: Sendable {
    package typealias Outcome = Swift.Result<Backtest.Result, any Error>

    private let backtests: [Backtest]
    private let outcomes: Mutex<[Outcome?]>
    private let next = Atomic<Int>(0)

    package init(_ backtests: [Backtest]) {
        self.backtests = backtests
        outcomes = Mutex(Array(repeating: nil, count: backtests.count))
    }

    /// - Parameters:
    ///   - width: how many run at a time, 1 or more.
    ///   - watch: called now and then by the calling thread, with the share of all that is done, 0 to 1.
    /// - Returns: in the order of the back-tests.
    package func run(width: Int, watch: (Double) -> Void) -> [Outcome] {
        let done = DispatchGroup()
        for _ in 0..<min(width, backtests.count) {
            done.enter()
            let thread = Thread { [self] in
                while let index = takeNext() {
                    let outcome = Outcome { try backtests[index].run() }
                    outcomes.withLock { $0[index] = outcome }
                }
                done.leave()
            }
            // A turn over many symbols nests deeper than the half megabyte that a thread is given.
            thread.stackSize = 16 << 20
            thread.start()
        }
        while done.wait(timeout: .now() + .milliseconds(100)) == .timedOut { watch(share) }
        return outcomes.withLock { $0.compactMap { $0 } }
    }

    private func takeNext() -> Int? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < backtests.count ? index : nil
    }

    private var share: Double {
        let finished = outcomes.withLock { $0.map { $0 != nil } }
        let shares = zip(backtests, finished).map { $1 ? 1 : $0.progress.share }
        return shares.reduce(0, +) / Double(max(1, shares.count))
    }
}
