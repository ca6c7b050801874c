import Foundation
import Synchronization

/// How many tests that block run at a time; the others wait in order of arrival, without a thread.
final class Turns: Sendable {
    static let shared = Turns(atOnce: atOnce)

    /// Each such test starts some processes: more at a time make them slow and not the run fast.
    static let atOnce = max(2, ProcessInfo.processInfo.activeProcessorCount * 3 / 2)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    init(atOnce count: Int) {
        precondition(count > 0, "nobody would ever run")
        state = Mutex(State(free: count))
    }

    var free: Int { state.withLock(\.free) }
    var waiting: Int { state.withLock(\.waiting.count) }

    func take() async {
        await withCheckedContinuation { turn in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(turn)
                return false
            }
            if isFree { turn.resume() }
        }
    }

    /// It goes to whoever has waited longest.
    func giveBack() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
