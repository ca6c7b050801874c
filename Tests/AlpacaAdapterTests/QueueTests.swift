import AlpacaAPI
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("requests of a minute")
struct QueueTests {
    private func headers(limit: Int64 = 200, remaining: Int64, reset: Int64) -> [Alpaca.Header] {
        [
            Alpaca.Header("x-ratelimit-limit", "\(limit)"), Alpaca.Header("x-ratelimit-remaining", "\(remaining)"),
            Alpaca.Header("x-ratelimit-reset", "\(later(reset).nanoseconds / 1_000_000_000)"),
        ]
    }

    /// Each is answered at once.
    private func drain(_ queue: inout RequestQueue<String>, at seconds: Int64) -> [String] {
        var sent: [String] = []
        while true {
            let requests = queue.take(at: later(seconds))
            if requests.isEmpty { return sent }
            sent += requests
            for _ in requests { queue.answered(200, [], at: later(seconds)) }
        }
    }

    @Test("orders leave before look-ups, and those before lists")
    func urgency() {
        var queue = RequestQueue<String>(requestsPerMinute: 200)
        queue.append("list", as: .list, at: start)
        queue.append("look-up", as: .lookUp, at: start)
        queue.append("order", as: .order, at: start)
        #expect(queue.take(at: start) == ["order", "look-up", "list"])
    }

    @Test("no more leave in a minute than there are, and the last ones are for orders")
    func budget() {
        var queue = RequestQueue<String>(requestsPerMinute: 60)
        for number in 0..<100 { queue.append("list \(number)", as: .list, at: start) }
        #expect(drain(&queue, at: 0).count == 45)
        for number in 0..<100 { queue.append("look-up \(number)", as: .lookUp, at: start) }
        #expect(drain(&queue, at: 1).count == 10)
        for number in 0..<100 { queue.append("order \(number)", as: .order, at: start) }
        #expect(drain(&queue, at: 2).count == 5)
        #expect(drain(&queue, at: 59).isEmpty)
        #expect(queue.nextDue == later(10), "then orders are too old")
        #expect(queue.takeOverdue(at: later(10)).count == 95)
        #expect(queue.nextDue == later(60))
        #expect(drain(&queue, at: 60).count == 40, "of the look-ups; 5 and 15 are still counted")
    }

    @Test("what others spend with the same account counts until the venue's minute is over")
    func others() {
        var queue = RequestQueue<String>(requestsPerMinute: 200)
        queue.append("first", as: .order, at: start)
        _ = queue.take(at: start)
        queue.answered(200, headers(remaining: 3, reset: 30), at: start)
        for number in 0..<10 { queue.append("order \(number)", as: .order, at: later(1)) }
        #expect(drain(&queue, at: 1).count == 3)
        #expect(drain(&queue, at: 30).count == 7)
    }

    @Test("the venue's limit holds")
    func venueLimit() {
        var queue = RequestQueue<String>(requestsPerMinute: 200)
        queue.append("first", as: .order, at: start)
        _ = queue.take(at: start)
        queue.answered(200, headers(limit: 1_000, remaining: 999, reset: 60), at: start)
        #expect(queue.requestsPerMinute == 1_000)
    }

    @Test("after 429 nothing leaves for a time, longer with each")
    func tooMany() {
        var queue = RequestQueue<String>(requestsPerMinute: 200)
        for (number, pause) in [1, 2, 4, 8].enumerated() {
            let at = Int64(number * 100)
            queue.append("a", as: .order, at: later(at))
            #expect(queue.take(at: later(at)).count == 1)
            queue.answered(429, [], at: later(at))
            queue.append("b", as: .list, at: later(at))
            #expect(queue.take(at: later(at + Int64(pause) - 1)).isEmpty)
            #expect(queue.nextDue == later(at + Int64(pause)))
            #expect(queue.take(at: later(at + Int64(pause))).count == 1)
            queue.lost()
        }
        queue.append("a", as: .order, at: later(400))
        _ = queue.take(at: later(400))
        queue.answered(429, [Alpaca.Header("Retry-After", "7")], at: later(400))
        queue.append("b", as: .order, at: later(401))
        #expect(queue.take(at: later(406)).isEmpty)
        #expect(queue.take(at: later(407)) == ["b"])
    }

    @Test("few are under way at once, and an answer makes room")
    func underWay() {
        var queue = RequestQueue<String>(requestsPerMinute: 200)
        for number in 0..<20 { queue.append("\(number)", as: .order, at: start) }
        #expect(queue.take(at: start).count == 8)
        #expect(queue.take(at: start).isEmpty)
        queue.lost()
        #expect(queue.take(at: start) == ["8"])
    }
}

@Suite("cash by no execution")
struct CashTests {
    private func activity(
        _ id: String, _ type: String, _ amount: String, _ more: String = ""
    ) throws -> Alpaca.NonTradeActivity {
        let text = #"{"id":"\#(id)","activity_type":"\#(type)","net_amount":"\#(amount)","date":"2026-03-13"\#(more)}"#
        return try Alpaca.decode(Alpaca.NonTradeActivity.self, from: Array(text.utf8))
    }

    @Test(
        "each type of activity is what it is for the core",
        arguments: [
            ("DIV", "36", "dividend"), ("DIVNRA", "-5.4", "tax"), ("DIVFEE", "-0.1", "fee"),
            ("INT", "1.25", "interest"),
            ("INTNRA", "-0.2", "tax"), ("FEE", "-0.03", "fee"), ("PTC", "-1", "fee"), ("CSD", "5000", "deposit"),
            ("CSW", "-100", "withdrawal"), ("JNLC", "50", "deposit"), ("JNLC", "-50", "withdrawal"),
            ("MA", "12.5", "other"), ("NEWER", "1", "other"),
        ])
    func kinds(_ type: String, _ amount: String, _ kind: String) throws {
        var book = CashBook()
        let told = book.take([try activity("a1", type, amount)], at: start, skew: .zero)
        #expect(told.map(\.kind.rawValue) == [kind])
        #expect(told.first?.amount == (try Money(amount)))
        #expect(told.first?.defect == nil)
    }

    @Test("it is told once, again when its amount changes, and as nothing when it is taken back")
    func once() throws {
        var book = CashBook()
        #expect(book.take([], at: start, skew: .zero).isEmpty)
        let first = try activity("a1", "DIV", "36", #","symbol":"ALFA""#)
        #expect(book.take([first], at: later(1), skew: .zero).map(\.at) == [later(1)])
        #expect(book.take([first], at: later(9), skew: .zero).isEmpty)
        let changed = book.take([try activity("a1", "DIV", "35", #","symbol":"ALFA""#)], at: later(9), skew: .zero)
        #expect(changed.map(\.at) == [later(1)] && changed.first?.symbol == alfa)
        let undone = try activity("a1", "DIV", "35", #","symbol":"ALFA","status":"canceled""#)
        #expect(book.take([undone], at: later(9), skew: .zero).map(\.amount) == [.zero])
        #expect(book.listed.count == 1)
    }

    @Test("what was there before the first reading is of its day; a booking has its moment, by our clock")
    func moments() throws {
        var book = CashBook()
        let told = book.take(
            [
                try activity("a1", "DIV", "36"),
                try activity("a2", "DIV", "36", #","created_at":"2026-03-16T13:30:00Z""#),
            ], at: later(0), skew: .seconds(30))
        #expect(told[0].at == Timestamp(rfc3339: "2026-03-13T00:00:00Z")! + .seconds(-30))
        #expect(told[1].at == later(-90))
    }

    @Test("shares that come and go move no cash")
    func noCash() throws {
        var book = CashBook()
        #expect(book.take([try activity("a1", "SPLIT", "0")], at: start, skew: .zero).isEmpty)
    }
}
