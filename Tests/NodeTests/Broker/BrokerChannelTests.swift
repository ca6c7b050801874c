import Orchestration
import Testing
import Trading

@testable import Node

@Suite("The way to the broker")
struct BrokerChannelTests {
    private func query(_ number: Int64) -> BrokerCommand {
        BrokerCommand(command: .reconcile, number: number, body: [])
    }

    /// Sends what may leave, each as a message of its number.
    private func send(_ channel: inout BrokerChannel, now: Int64 = 0) -> [Int64] {
        var sent: [Int64] = []
        while let command = channel.next() {
            channel.sent(command, as: "m\(command.number)", now: now)
            sent.append(command.number)
        }
        return sent
    }

    @Test("so many are under way at once, the others follow in their order")
    func places() {
        var channel = BrokerChannel()
        let most = Int64(LoopLimits.commandsUnderWay)
        for number in 1...most + 2 { channel.append(query(number)) }
        #expect(send(&channel) == Array(1...most))
        #expect(send(&channel) == [] && channel.backlogCount == 2)
        channel.finished("m3")
        #expect(send(&channel) == [most + 1])
    }

    @Test("an answer names the query that it belongs to, once")
    func answers() {
        var channel = BrokerChannel()
        channel.append(query(7))
        #expect(send(&channel) == [7])
        #expect(channel.answered(nil) == nil && channel.answered("other") == nil)
        let answers = [channel.answered("m7"), channel.answered("m7")]
        #expect(answers == [7, nil])
        #expect(!channel.isIdle, "it has not said that it is done")
    }

    @Test("a place whose end was not reported is free after its time")
    func expires() {
        var channel = BrokerChannel()
        channel.append(query(1))
        #expect(send(&channel, now: 10) == [1])
        channel.expire(now: 10 + LoopLimits.commandMilliseconds)
        #expect(!channel.isIdle)
        channel.expire(now: 11 + LoopLimits.commandMilliseconds)
        #expect(channel.isIdle)
    }

    @Test("when the session ends what waited comes back, and nothing counts as under way")
    func lost() {
        var channel = BrokerChannel()
        for number in 1...Int64(LoopLimits.commandsUnderWay) + 1 { channel.append(query(number)) }
        _ = send(&channel)
        #expect(channel.sessionEnded(now: 5).map(\.number) == [Int64(LoopLimits.commandsUnderWay) + 1])
        #expect(channel.isIdle && channel.queryCount == 0 && channel.backlogCount == 0)
        #expect(channel.isAwaited(now: 6))
        channel.sessionReady()
        #expect(!channel.isAwaited(now: 6))
    }

    @Test("an adapter that was asked to leave is reported once")
    func departure() {
        var channel = BrokerChannel()
        channel.dismiss("desk", untilMilliseconds: 100)
        #expect(channel.isLeaving("desk") && !channel.isLeaving("spare"))
        #expect(channel.pendingDeparture(now: 99)?.isOver == false)
        #expect(channel.pendingDeparture(now: 100)?.isOver == true)
        channel.reportDeparture()
        #expect(channel.pendingDeparture(now: 100) == nil)
        #expect(channel.isLeaving("desk"), "until the next one is engaged")
        channel.engage("spare")
        #expect(!channel.isLeaving("desk"))
    }
}
