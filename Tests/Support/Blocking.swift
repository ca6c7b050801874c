import Testing

/// Tests that wait for processes, sockets, files or the clock run on threads of their own.
///
/// ```swift
/// @Suite("Start, stop, control and refusal", .serialized, .blocking)
/// struct LifeTests { ... }
/// ```
/// 1. The body of such a test, its time limit, and whatever waits for both are off the pool that all tests share: it has as many
///    threads as the machine has cores, and a test that waits in it holds up tests that have nothing to wait for.
/// 2. No more than ``Turns/atOnce`` such tests run at a time. Who waits for its turn has not begun, and neither has its time limit.
/// 3. The cases of one test share its turn: a test whose cases start processes is `.serialized`.
package struct Blocking: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    /// Around each test function, outside of its cases: a scope around a case is inside of its time limit.
    package func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        test.isSuite || testCase != nil ? nil : self
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Turns.shared.take()
        defer { Turns.shared.giveBack() }
        try await withTaskExecutorPreference(OwnThreads.shared) {
            // What goes on without a pause may stay on the thread that it was called on.
            await Task.yield()
            try await function()
        }
    }
}

extension Trait where Self == Blocking {
    /// It blocks the thread that it runs on: see ``Blocking``.
    package static var blocking: Self { Self() }
}
