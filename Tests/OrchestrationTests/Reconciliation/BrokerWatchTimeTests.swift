import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The silence of a broker, and what time it is")
struct BrokerWatchTimeTests {
    @Test("a start that waits for its broker is told in real time; a tape jumps", arguments: [true, false])
    func start(isLockstep: Bool) {
        var driver = CoreDriver(venue: FakeVenue())
        driver.start { $0.isLockstep = isLockstep }
        driver.pass(.seconds(3_600))
        driver.send(.wake)
        let isTold = driver.alertReasons.contains { if case .brokerSilent = $0 { true } else { false } }
        #expect(isTold == !isLockstep)
    }

    @Test("before the first time of a tape is known nothing is late; from then on it is")
    func beforeTheTape() {
        var watch = BrokerWatch()
        let tape = Timestamp(seconds: 1_402_063_200)
        watch.absent(at: Timestamp(nanoseconds: 0), reminder: .seconds(60))
        watch.asked(wholeState: true, at: Timestamp(nanoseconds: 0))
        #expect(watch.takeOverdue(at: tape) == nil)
        watch.asked(wholeState: true, at: tape)
        #expect(watch.takeOverdue(at: tape + .seconds(29)) == nil)
        #expect(watch.takeOverdue(at: tape + .seconds(30)) == .silent(since: tape))
    }
}
