import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The silence of a broker, and what time it is")
struct BrokerWatchTimeTests {
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
