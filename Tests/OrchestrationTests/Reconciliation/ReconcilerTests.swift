import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The reconciler")
struct ReconcilerTests {
    private let account = Account(id: "test", cash: "1000", equity: "1000", buyingPower: "1000")
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    private func connected(lag: TimeSpan) -> Reconciler {
        var capabilities = BrokerCapabilities.everything
        capabilities.reportLag = lag
        var reconciler = Reconciler()
        reconciler.connected("broker", capabilities)
        return reconciler
    }

    private func findings(
        _ reconciler: Reconciler, ours: Quantity, costing average: Price = "100", theirs: Quantity,
        isInFlight: Bool = false, at seconds: Int64
    ) -> [PositionFinding] {
        let position = BrokerPosition(symbol: "ABC", quantity: theirs, averagePrice: "100")
        let record = PositionRecord(symbol: "ABC", quantity: ours, averagePrice: average, openedAt: at(0))
        return reconciler.findings(
            in: BrokerState(account: account, positions: [position], openOrders: [], at: at(seconds)),
            positions: ["ABC": record],
            isInFlight: { _ in isInFlight }, queriedAt: at(seconds), now: at(seconds)
        ).map(\.finding)
    }

    @Test("a position that differs is adopted when it still differs after the time that lists may be behind")
    func staysDifferent() {
        var reconciler = connected(lag: .seconds(5))
        #expect(findings(reconciler, ours: 100, theirs: 100, at: 1) == [.agrees])
        let first = findings(reconciler, ours: 100, theirs: 90, at: 1)
        #expect(first == [.unconfirmed(ours: 100, brokers: 90)])
        reconciler.note(first[0], of: "ABC", at: at(1))
        #expect(findings(reconciler, ours: 100, theirs: 90, at: 5).isEmpty, "it is waited for")
        #expect(findings(reconciler, ours: 100, theirs: 80, at: 6) == [.unconfirmed(ours: 100, brokers: 80)])
        let last = findings(reconciler, ours: 100, theirs: 90, at: 6)
        let theirs = BrokerPosition(symbol: "ABC", quantity: 90, averagePrice: "100")
        #expect(last == [.differs(ours: 100, theirs: theirs)])
        #expect(findings(reconciler, ours: 100, theirs: 90, isInFlight: true, at: 6).isEmpty)
        reconciler.disconnected()
        #expect(reconciler.discrepancy(of: "ABC") == nil)
    }

    @Test("a split that was announced is waited for until the broker has booked it")
    func splits() throws {
        var reconciler = connected(lag: .zero)
        reconciler.splitAnnounced("ABC", Split(2, 1), quantity: 100, at: at(1))
        let waiting = findings(reconciler, ours: 200, costing: "50", theirs: 100, at: 2)
        #expect(waiting == [.splitNotBooked(ours: 200, brokers: 100)])
        #expect(reconciler.hasBooked("ABC", at: 200))
        #expect(!reconciler.hasBooked("ABC", at: 100))
        reconciler.note(.agrees, of: "ABC", at: at(3))
        #expect(!reconciler.awaitsSplits)
        reconciler.splitAnnounced("ABC", Split(2, 1), quantity: 100, at: at(4))
        let booked = (reconciler.splitBooked("ABC"), reconciler.splitBooked("ABC"))
        #expect(booked == (true, false))
        #expect(!reconciler.awaitsSplits)
    }

    @Test("orders without an answer are asked about again, and after so many times no more")
    func silence() {
        var reconciler = connected(lag: .zero)
        reconciler.awaitAnswers(about: ["a", "b"])
        reconciler.askAgain(at: at(1))
        for round in 1...Int64(CoreLimits.unansweredRounds) {
            let overdue = reconciler.takeOverdue(at: at(round), repeatAt: at(round + 1))
            #expect(overdue == .orders(["a", "b"]))
            #expect(reconciler.takeOverdue(at: at(round), repeatAt: at(round + 1)) == nil)
        }
        #expect(reconciler.takeOverdue(at: at(100), repeatAt: at(101)) == .silent(["a", "b"]))
        #expect(reconciler.takeOverdue(at: at(100), repeatAt: at(101)) == .snapshot)
        reconciler.awaitAnswers(about: ["a", "b"])
        let answers = [
            reconciler.answered(about: "a"), reconciler.answered(about: "a"), reconciler.answered(about: "b"),
        ]
        #expect(answers == [false, false, true])
    }

    @Test("a clock that is set ahead ages no discrepancy")
    func shifted() {
        var reconciler = connected(lag: .seconds(5))
        reconciler.note(.unconfirmed(ours: 100, brokers: 90), of: "ABC", at: at(1))
        reconciler.askAgain(at: at(2))
        reconciler.shift(by: .seconds(3_600), now: at(3_601))
        #expect(reconciler.discrepancy(of: "ABC")?.since == at(3_601) && reconciler.nextDeadline == at(3_602))
    }

    @Test("what refusals have shown holds until an adapter declares something else, whatever its name (I-REF-1)")
    func declaresElse() {
        var reconciler = Reconciler()
        let fewer = BrokerCapabilities.everything.with { $0.groups = [] }
        let isElse = [
            reconciler.connected("broker", .everything), reconciler.connected("standby", .everything),
            reconciler.connected("standby", fewer), reconciler.connected("broker", fewer),
        ]
        #expect(isElse == [false, false, true, false], "nothing was learned before the first")
    }
}
