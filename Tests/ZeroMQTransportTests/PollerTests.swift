import Glibc
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import ZeroMQTransport

@Suite("the poller", .blocking, .timeLimit(.minutes(1)))
struct PollerTests {
    private func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("it wakes for a socket and for a pipe, in the order of registration")
    func order() throws {
        let context = try ZeroMQContext()
        let one = try ZeroMQSocket(.pair, in: context)
        let two = try ZeroMQSocket(.pair, in: context)
        try one.bind(Endpoint.parse("inproc://order"))
        try two.connect(Endpoint.parse("inproc://order"))
        let (read, write) = try pipe()
        defer { Glibc.close(read) }
        var poller = ZeroMQPoller()
        let pipeToken = poller.add(fileDescriptor: read)
        let socketToken = poller.add(two)
        #expect(try poller.poll(timeoutMilliseconds: 0) == [])

        try one.send([[1]])
        #expect(try poller.poll(timeoutMilliseconds: 5_000) == [socketToken])
        #expect(try poller.poll(timeoutMilliseconds: 5_000) == [socketToken], "level-triggered")
        try #require(Glibc.write(write, "x", 1) == 1)
        #expect(try poller.poll(timeoutMilliseconds: 5_000) == [pipeToken, socketToken])

        let frames = try two.receive()
        #expect(frames == [[1]])
        #expect(try poller.poll(timeoutMilliseconds: 5_000) == [pipeToken])
        var byte: UInt8 = 0
        try #require(Glibc.read(read, &byte, 1) == 1)
        #expect(try poller.poll(timeoutMilliseconds: 0) == [])

        Glibc.close(write)
        #expect(try poller.poll(timeoutMilliseconds: 5_000) == [pipeToken], "the other end closed")
        poller.remove(pipeToken)
        #expect(try poller.poll(timeoutMilliseconds: 0) == [])
        poller.remove(socketToken)
        #expect(try poller.poll(timeoutMilliseconds: 1) == [], "nothing registered")
    }

    @Test("a signal ends the wait with an empty list")
    func signal() throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        try #require(sigaction(SIGUSR1, &action, nil) == 0)
        // The threads that tests run on block signals.
        var signals = sigset_t()
        var before = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGUSR1)
        try #require(pthread_sigmask(SIG_UNBLOCK, &signals, &before) == 0)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let context = try ZeroMQContext()
        let socket = try ZeroMQSocket(.pair, in: context)
        // The helper signals until the wait is over: a single signal could come before it begins.
        let ringer = Ringer(target: pthread_self())
        let thread = try ringer.start()
        let start = ContinuousClock.now
        var poller = ZeroMQPoller()
        _ = poller.add(socket)
        let ready = try poller.poll(timeoutMilliseconds: 30_000)
        ringer.isDone.store(true, ordering: .releasing)
        pthread_join(thread, nil)
        #expect(ready == [])
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}

/// Sends SIGUSR1 to one thread from another. `@unchecked Sendable`: `target` never changes, `isDone` is atomic.
private final class Ringer: @unchecked Sendable {
    let target: pthread_t
    let isDone = Atomic(false)

    init(target: pthread_t) { self.target = target }

    func start() throws -> pthread_t {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let ringer = Unmanaged<Ringer>.fromOpaque(argument).takeRetainedValue()
                while !ringer.isDone.load(ordering: .acquiring) {
                    pthread_kill(ringer.target, SIGUSR1)
                    sched_yield()
                }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        try #require(status == 0)
        return thread
    }
}
