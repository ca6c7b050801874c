import Foundation

/// A thread for each piece of a task, so that none waits for another one's.
///
/// A test whose body is synchronous is one piece, however long it blocks.
final class OwnThreads: TaskExecutor {
    static let shared = OwnThreads()

    /// Of each of its threads.
    static let name = "blocking test"
    /// That of a main thread; the pool's own are shallower.
    private static let stackBytes = 8 << 20

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let thread = Thread {
            // Before it runs there is nothing that could have the name.
            Thread.current.name = Self.name
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
        thread.stackSize = Self.stackBytes
        thread.start()
    }
}
