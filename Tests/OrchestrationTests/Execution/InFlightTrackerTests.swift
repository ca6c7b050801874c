import Testing
import Trading

@testable import Orchestration

@Suite("What was sent and is not answered")
struct InFlightTrackerTests {
    private let id: ClientOrderID = "a"
    private var tracker = InFlightTracker()

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    private func order(_ status: OrderStatus, type: OrderType = .limit) -> Order {
        let limit: Price? = type == .limit ? "100" : nil
        return Order(
            terms: NewOrder(
                clientOrderID: id, symbol: "ABC", side: .sell, type: type, quantity: 10, limitPrice: limit,
                role: .reduce),
            status: status, submittedAt: at(0))
    }

    @Test("numbers of commands rise by one, and a request is the newest of its order")
    mutating func requests() {
        for number in 1...3 as ClosedRange<Int64> { #expect(tracker.nextCommandNumber() == number) }
        tracker.send(Request(.submit, number: 1, leftBy: at(0)), for: id, reportBy: at(5))
        tracker.send(Request(.cancel, number: 2, leftBy: at(1)), for: id, reportBy: at(6))
        #expect(tracker.request(for: id)?.number == 2 && tracker.request(for: "b") == nil)
        #expect(tracker.due(at: at(5)).isEmpty && tracker.due(at: at(6)) == [id])
        #expect(tracker.due(at: at(7)) == [id], "it stays due until it is given another time")
    }

    @Test("an order at rest is not waited for; one that is over has no request either")
    mutating func follows() {
        tracker.send(Request(.submit, number: 1, leftBy: at(0)), for: id, reportBy: at(5))
        tracker.follow(order(.new), at: at(1), reportBy: at(9))
        #expect(!tracker.isWaiting(for: id) && tracker.request(for: id) != nil)
        tracker.follow(order(.pendingCancel), at: at(2), reportBy: at(9))
        #expect(tracker.isWaiting(for: id) && tracker.due(at: at(8)).isEmpty && tracker.due(at: at(9)) == [id])
        tracker.follow(order(.canceled), at: at(3), reportBy: at(9))
        #expect(!tracker.isWaiting(for: id) && tracker.request(for: id) == nil)
    }

    @Test("a market order is waited for until it is over, since it takes no time")
    mutating func market() {
        tracker.follow(order(.new, type: .market), at: at(0), reportBy: at(5))
        #expect(tracker.due(at: at(5)) == [id])
        tracker.follow(order(.filled, type: .market), at: at(6), reportBy: at(9))
        #expect(!tracker.isWaiting(for: id))
    }

    @Test(
        "I-DOUBT-1: doubt counts from its beginning without a break, is overdue after its limit, and is reported again later"
    )
    mutating func doubt() {
        tracker.send(Request(.submit, number: 1, leftBy: at(0)), for: id, reportBy: at(5))
        tracker.follow(order(.unknown), at: at(30), reportBy: at(40))
        let limit = CoreLimits.doubtLimit.nanoseconds / 1_000_000_000
        let reminder = CoreLimits.doubtReminder.nanoseconds / 1_000_000_000
        #expect(!tracker.isDoubtOverdue(id, at: at(limit - 1)) && tracker.isDoubtOverdue(id, at: at(limit)))
        #expect(tracker.overdueDoubts(at: at(limit - 1)).isEmpty)
        #expect(tracker.overdueDoubts(at: at(limit)).map(\.since) == [at(0)])
        #expect(tracker.overdueDoubts(at: at(limit + reminder - 1)).isEmpty)
        #expect(tracker.overdueDoubts(at: at(limit + reminder)).map(\.order) == [id])
        tracker.follow(order(.new), at: at(400), reportBy: at(500))
        #expect(!tracker.isDoubtOverdue(id, at: at(10_000)))
        tracker.follow(order(.unknown), at: at(10_000), reportBy: at(10_010))
        #expect(!tracker.isDoubtOverdue(id, at: at(10_001)), "a new doubt begins anew")
    }

    @Test("a refusal is this request's when no other of its kind is open, and it is newer than the last one")
    mutating func refusals() {
        tracker.send(Request(.cancel, number: 1, leftBy: at(0)), for: id, reportBy: at(5))
        tracker.send(Request(.cancel, number: 2, leftBy: at(1)), for: id, reportBy: at(6))
        #expect(tracker.request(for: id)?.isRefused(by: .cancelRejected, at: at(2)) == false, "the first may be meant")
        tracker.refused(id, at: at(2))
        tracker.send(Request(.cancel, number: 3, leftBy: at(3)), for: id, reportBy: at(8))
        #expect(tracker.request(for: id)?.isRefused(by: .replaceRejected, at: at(4)) == false)
        #expect(tracker.request(for: id)?.isRefused(by: .cancelRejected, at: at(2)) == false, "it was said before")
    }

    @Test("each query is answered once, and one that nobody asked by nothing")
    mutating func queries() {
        tracker.query(1, about: id, at: at(0))
        tracker.query(2, about: nil, at: at(1))
        #expect(tracker.answered(7) == nil && tracker.answered(nil) == nil)
        #expect(tracker.answered(1)?.order == id && tracker.answered(1) == nil)
        #expect(tracker.isWaitingForAnswer(since: at(0)) && !tracker.isWaitingForAnswer(since: at(1)))
        tracker.dropQueries()
        #expect(tracker.queryCount == 0 && tracker.answered(2) == nil)
        for number in 0...Int64(CoreLimits.openQueries) { tracker.query(number, about: nil, at: at(2)) }
        #expect(tracker.queryCount <= CoreLimits.openQueries)
    }

    @Test("what an order had filled when it was adopted is known as long as the order is")
    mutating func adopts() {
        var found = order(.partiallyFilled)
        found.filledQuantity = 4
        tracker.endUnseen(id) { _ in true }
        #expect(tracker.hasUnseenEnd(id))
        tracker.adopt(found, at: at(0)) { _ in true }
        #expect(tracker.adoptedFill(of: id) == 4 && !tracker.hasUnseenEnd(id) && tracker.request(for: id) != nil)
        var other = found
        other.terms.clientOrderID = "b"
        tracker.adopt(other, at: at(1)) { $0 == "b" }
        #expect(tracker.adoptedFill(of: id) == nil && tracker.adoptedFill(of: "b") == 4)
    }

    @Test(
        "after an end that others made, a later sign of life and a question of afterwards count, an earlier one does not"
    )
    mutating func endings() {
        _ = tracker.nextCommandNumber()
        tracker.endedByOthers(id, toldAt: at(10)) { _ in true }
        #expect(!tracker.livesAgain(id, toldAt: at(10)) && tracker.livesAgain(id, toldAt: at(11)))
        let before = PendingQuery(number: 1, order: id, queriedAt: at(9))
        let after = PendingQuery(number: 2, order: id, queriedAt: at(11))
        #expect(!tracker.isAsked(before, afterEndOf: id) && tracker.isAsked(after, afterEndOf: id))
    }

    @Test("when the clock is set ahead nothing is due the earlier for it")
    mutating func shifts() {
        tracker.send(Request(.submit, number: 1, leftBy: at(0)), for: id, reportBy: at(5))
        tracker.query(1, about: id, at: at(0))
        tracker.shift(by: .seconds(1_000), now: at(1_001))
        #expect(tracker.due(at: at(1_004)).isEmpty && tracker.due(at: at(1_005)) == [id])
        #expect(!tracker.isDoubtOverdue(id, at: at(1_059)) && tracker.isDoubtOverdue(id, at: at(1_060)))
        #expect(tracker.isWaitingForAnswer(since: at(999)) && !tracker.isWaitingForAnswer(since: at(1_000)))
    }
}
