import CoreTestSupport
import Foundation
import SeededRandom
import Testing
import Trading

@testable import Orchestration

@Suite("The token bucket")
struct TokenBucketTests {
    private let start = Timestamp(seconds: 1_781_100_000)

    @Test("no minute, wherever it begins, sees more than the bucket holds", arguments: 0..<50 as Range<UInt64>)
    func everyMinute(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var bucket = TokenBucket(capacity: random.number(1...40))
        var now = start
        var taken: [(at: Timestamp, tokens: Int64)] = []
        for _ in 0..<400 {
            now = now + .milliseconds(random.chance(5) ? random.number(0...90_000) : random.number(0...900))
            let tokens = random.number(1...3)
            if bucket.spend(tokens, leaving: random.number(0...5), at: now) { taken.append((now, tokens)) }
            let minute = taken.filter { $0.at + .seconds(60) > now }.reduce(0) { $0 + $1.tokens }
            #expect(minute <= bucket.capacity)
        }
        #expect(taken.count > 5)
    }

    @Test("a token comes back after a minute, and a second later at the most", arguments: [0, 1, 500, 999])
    func comesBack(milliseconds: Int64) {
        var bucket = TokenBucket(capacity: 1)
        let at = start + .milliseconds(milliseconds)
        #expect(bucket.spend(1, leaving: 0, at: at) == true)
        #expect(bucket.available(at: at + .seconds(60)) == 0)
        #expect(bucket.available(at: at + .seconds(61)) == 1)
    }

    @Test("`ready` is the first moment at which it succeeds", arguments: 0..<50 as Range<UInt64>)
    func ready(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var bucket = TokenBucket(capacity: random.number(2...30))
        var now = start
        for _ in 0..<200 {
            now = now + .milliseconds(random.number(0...3_000))
            if random.chance(3) { bucket.resize(to: random.number(2...30)) }
            let (tokens, floor) = (random.number(1...3), random.number(0...10))
            guard let ready = bucket.ready(for: tokens, leaving: floor, at: now) else {
                #expect(tokens + floor > bucket.capacity)
                continue
            }
            var (copy, early) = (bucket, bucket)
            #expect(copy.spend(tokens, leaving: floor, at: ready) == true)
            if ready > now {
                let before = ready + TimeSpan(nanoseconds: -1)
                #expect(early.spend(tokens, leaving: floor, at: before) == false)
            }
            _ = bucket.spend(tokens, leaving: floor, at: now)
        }
    }

    @Test("what is out stays out when the bucket becomes smaller")
    func resize() {
        var bucket = TokenBucket(capacity: 10)
        #expect(bucket.spend(8, leaving: 0, at: start) == true)
        bucket.resize(to: 4)
        #expect(bucket.available(at: start) == 0)
        #expect(bucket.available(at: start + .seconds(61)) == 4)
    }

    @Test("the ends of time and absurd sizes do not trap", arguments: [Int64.min, -1, 0, 1, Int64.max])
    func extremes(number: Int64) {
        var bucket = TokenBucket(capacity: number)
        for time in [Int64.min, -1, 0, Int64.max] {
            let now = Timestamp(nanoseconds: time)
            _ = bucket.spend(1, leaving: 0, at: now)
            _ = bucket.ready(for: 1, leaving: 0, at: now)
        }
        #expect(bucket.capacity >= 1)
    }

    @Test("it survives its coding")
    func coding() throws {
        var bucket = TokenBucket(capacity: 7)
        for second in 0..<5 { _ = bucket.spend(1, leaving: 0, at: start + .seconds(Int64(second))) }
        #expect(try JSONDecoder().decode(TokenBucket.self, from: JSONEncoder().encode(bucket)) == bucket)
    }
}

@Suite("The budget of requests")
struct RateBudgetTests {
    private let start = Timestamp(seconds: 1_781_100_000)
    private let order = OrderCommand.submit(OrderSubmission(orders: []))
    private let cancel = OrderCommand.cancel(clientOrderID: "a")

    /// How often a command passes in one moment.
    private func count(
        _ command: OrderCommand, _ precedence: RateBudget.Precedence, of budget: RateBudget, unfinished: Int = 0,
        isContended: Bool = false
    ) -> Int {
        var copy = budget
        let load = RateBudget.Load(unfinished: unfinished, isContended: isContended)
        return (0..<1_000).first { _ in copy.spend(command, precedence, load, at: start) != .granted } ?? 1_000
    }

    private func budget(_ orders: Int64, _ requests: Int64?) -> RateBudget {
        var budget = RateBudget()
        budget.fit(orders: orders, requests: requests)
        return budget
    }

    @Test(
        "each precedence has its share, the smaller of both limits holds",
        arguments: [
            (8, nil, 8, 6, 4), (200, 8, 8, 6, 4), (8, 200, 8, 6, 4), (1, nil, 1, 1, 0), (2, 2, 2, 2, 1),
            (3, nil, 3, 3, 1), (200, 200, 200, 150, 100),
        ] as [(Int64, Int64?, Int, Int, Int)])
    func shares(orders: Int64, requests: Int64?, exits: Int, reductions: Int, entries: Int) {
        let budget = budget(orders, requests)
        #expect(count(order, .exit, of: budget) == exits)
        #expect(count(order, .reduction, of: budget) == reductions)
        #expect(count(order, .entry, of: budget) == entries)
    }

    @Test("a cancel leaves room for what follows it, here and in every rearrangement under way")
    func cancels() {
        #expect(count(cancel, .cancel, of: budget(200, 10)) == 8)
        #expect(count(cancel, .cancel, of: budget(200, 20), unfinished: 2) == 14)
        #expect(count(cancel, .exit, of: budget(200, 10)) == 10)
        #expect(
            count(cancel, .cancel, of: budget(200, 20), unfinished: 99) == 11, "never more than a half is kept back")
        #expect(count(cancel, .cancel, of: budget(1, nil)) == 1_000, "a cancel is no order")
    }

    @Test("questions count where the broker counts requests, and never take the last quarter")
    func questions() {
        #expect(count(.query(clientOrderID: "a"), .query, of: budget(1, nil)) == 1_000)
        #expect(count(.query(clientOrderID: "a"), .query, of: budget(1, 200)) == 75)
        #expect(count(.reconcile, .query, of: budget(200, 200)) == 50)
        for small in 1...4 as ClosedRange<Int64> { #expect(count(.reconcile, .query, of: budget(200, small)) >= 1) }
        var used = budget(200, 40)
        while used.spend(.query(clientOrderID: "a"), .query, at: start) == .granted {}
        #expect(count(order, .exit, of: used) == 10)
        #expect(count(cancel, .exit, of: used) == 10)
        #expect(count(.reconcile, .query, of: budget(200, 200), isContended: true) == 33)
    }

    @Test("nobody below an exit or a cancel that waits can keep it waiting", arguments: 1...60 as ClosedRange<Int64>)
    func contention(most: Int64) {
        for (command, precedence) in [
            (order, RateBudget.Precedence.reduction), (.query(clientOrderID: "a"), .query), (order, .entry),
        ] {
            var used = budget(most, most)
            // A full bucket has room for one question, however small it is.
            let load = RateBudget.Load(unfinished: 500, isContended: true)
            while used.spend(command, precedence, load, at: start) == .granted {}
            guard most >= 6 else { continue }
            #expect(count(cancel, .cancel, of: used, unfinished: 500, isContended: true) >= 1)
            #expect(count(order, .exit, of: used) >= 1)
        }
    }

    @Test("entries that took their part leave exits and cancels theirs")
    func entriesDoNotBlock() {
        var used = budget(40, 40)
        while used.spend(order, .entry, at: start) == .granted {}
        #expect(count(order, .exit, of: used) == 20)
        #expect(count(cancel, .cancel, of: used) == 18)
        #expect(count(order, .reduction, of: used) == 10)
    }

    @Test("nothing is taken from one bucket when the other has no room")
    func bothOrNone() {
        var budget = budget(10, 1)
        #expect(budget.spend(order, .exit, at: start) == .granted)
        #expect(budget.spend(order, .exit, at: start) == .at(start + .seconds(61)))
        budget.fit(orders: 10, requests: nil)
        #expect(count(order, .exit, of: budget) == 9)
    }
}
