import SeededRandom
import TestSupport
import Testing
import Trading

@Suite("an order in its life")
struct OrderTests {
    @Test(
        "a refused cancel brings back the status before it",
        arguments: OrderStatus.allCases.filter { !$0.isTerminal && !$0.isInFlight })
    func cancelRejected(before: OrderStatus) throws {
        var order = try order(before)
        order.applyAll(.cancelRequested)
        #expect(order.status == .pendingCancel)
        order.applyAll(.cancelRejected)
        #expect(order.status == before)
        #expect(order.statusBeforePending == nil)
    }

    @Test(
        "a refused replacement, or one that was done in place, brings back the status before it",
        arguments: OrderStatus.allCases.filter { !$0.isTerminal && !$0.isInFlight && $0 != .held },
        [OrderEvent.replaceRejected, .restated])
    func replaceRejected(before: OrderStatus, answer: OrderEvent) throws {
        var order = try order(before)
        order.applyAll(.replaceRequested, answer)
        #expect(order.status == before)
    }

    @Test(
        "doubt upon doubt keeps the last status that was certain",
        arguments: OrderStatus.allCases.filter { !$0.isTerminal && !$0.isInFlight })
    func nested(before: OrderStatus) throws {
        var order = try order(before)
        order.applyAll(.cancelRequested, .pendingCancel, .timedOut)
        #expect(order.status == .unknown)
        order.applyAll(.timedOut, .pendingCancel, .timedOut)
        #expect(order.status == .unknown)
        order.applyAll(.cancelRejected)
        #expect(order.status == before)
        #expect(order.statusBeforePending == nil)
    }

    @Test("an order of which nothing certain was ever known comes back as accepted")
    func nothingCertain() throws {
        var order = try order(.pendingNew)
        order.applyAll(.timedOut, .cancelRejected)
        #expect(order.status == .accepted)
    }

    @Test(
        "what the broker says of a pending order is what a refused request goes back to",
        arguments: [
            (OrderStatus.accepted, [OrderEvent.new], OrderStatus.new), (.held, [.new], .new),
            (.new, [.suspended], .suspended), (.suspended, [.new], .new), (.new, [.doneForDay], .doneForDay),
            (.new, [.stopped], .stopped), (.new, [.doneForDay, .new], .new), (.new, [.accepted], .new),
            (.partiallyFilled, [.new], .partiallyFilled), (.new, [.held], .new), (.new, [.pendingCancel], .new),
        ])
    func wordsWhilePending(before: OrderStatus, words: [OrderEvent], after: OrderStatus) throws {
        var order = try order(before)
        order.applyAll(.cancelRequested)
        for word in words {
            order.applyAll(word)
            #expect(order.status == .pendingCancel)
        }
        order.applyAll(.cancelRejected)
        #expect(order.status == after)
    }

    @Test(
        "an order that was filled in part while its cancel was pending comes back as partially filled",
        arguments: [OrderStatus.accepted, .new, .held, .partiallyFilled])
    func partialFillWhilePending(before: OrderStatus) throws {
        var order = try order(before)
        order.applyAll(.cancelRequested)
        try order.book(Quantity("40"), at: Price("189.08"))
        order.applyAll(.partialFill)
        #expect(order.status == .pendingCancel)
        order.applyAll(.cancelRejected)
        #expect(order.status == .partiallyFilled)
        #expect(try order.leavesQuantity == Quantity("60"))
    }

    @Test(
        "an order with fills is never merely new: partially filled outranks it (FIX 4.4, appendix D, order status)",
        arguments: [OrderStatus.suspended, .doneForDay, .calculated, .unknown], [OrderEvent.new, .accepted])
    func filledOutranksNew(from: OrderStatus, word: OrderEvent) throws {
        var order = try order(.new)
        try order.book(Quantity("40"), at: Price("189.08"))
        order.applyAll(.partialFill)
        order.status = from
        order.applyAll(word)
        let stays = word == .accepted && from != .unknown
        #expect(order.status == (stays ? from : .partiallyFilled))
    }

    @Test("a late fill after a cancel still books, and completes the order")
    func lateFill() throws {
        var order = try order()
        order.applyAll(.cancelRequested, .canceled)
        #expect(order.leavesQuantity == .zero)
        try order.book(Quantity("40"), at: Price("189"))
        #expect(order.apply(.partialFill, at: Timestamp(seconds: 9)) == .stay)
        #expect(order.status == .canceled)
        #expect(order.updatedAt == Timestamp(seconds: 9))
        try order.book(Quantity("60"), at: Price("190"))
        #expect(order.apply(.fill, at: Timestamp(seconds: 10)) == .to(.filled))
        #expect(order.status == .filled)
        #expect(try order.filledQuantity == Quantity("100"))
        #expect(try order.averageFillPrice == Price("189.6"))
        #expect(order.leavesQuantity == .zero)
    }

    @Test("a refused event leaves everything as it was")
    func refused() throws {
        for status in OrderStatus.allCases {
            for event in OrderEvent.allCases where OrderLifeCycle.transition(status, event) == .refused {
                var changed = try order(status)
                let before = changed
                #expect(changed.apply(event, at: Timestamp(seconds: 99)) == .refused)
                #expect(changed == before, "\(status) \(event)")
            }
        }
    }

    @Test("random events never trap, and the order stays in order", arguments: Seed.several)
    func randomEvents(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<400 {
            var order = try order(.pendingNew, quantity: random.pick(["1", "100", "0.000000007", "5000000"]))
            var history: [OrderEvent] = []
            for step in 1...40 {
                let before = order
                var event = random.pick(OrderEvent.allCases)
                if event == .fill || event == .partialFill {
                    // As the core does it: book first, then say whether that was the last of it.
                    let missing = order.terms.quantity.units - order.filledQuantity.units
                    guard missing > 0 else { continue }
                    let part = random.chance(40) ? missing : random.number(1...missing)
                    try order.book(Quantity(units: part), at: Price(units: random.number(1...1 << 40)))
                    event = part == missing ? .fill : .partialFill
                }
                history.append(event)
                let transition = order.apply(event, at: Timestamp(seconds: Int64(step)))
                let words: Comment =
                    "seed \(seed): \(history.map(\.rawValue).joined(separator: " ")) -> \(order.status)"
                expectOrder(order, after: event, transition, before: before, words)
            }
        }
    }

    private func expectOrder(
        _ order: Order, after event: OrderEvent, _ transition: OrderLifeCycle.Transition, before: Order,
        _ words: Comment
    ) {
        let filled = order.filledQuantity
        #expect(filled <= order.terms.quantity && !order.leavesQuantity.isNegative, words)
        if order.status.isTerminal {
            #expect(order.leavesQuantity.isZero && !order.isWorking, words)
        } else {
            #expect(order.leavesQuantity.units + filled.units == order.terms.quantity.units, words)
        }
        #expect(order.statusBeforePending == nil || order.status.isInFlight, words)
        if let kept = order.statusBeforePending { #expect(!kept.isInFlight && !kept.isTerminal, words) }
        if filled.isPositive { #expect(![.accepted, .new, .held].contains(order.status), words) }
        if before.status.isTerminal, before.status != order.status {
            #expect(event == .fill && order.status == .filled, words)
        }
        if filled == order.terms.quantity, event == .fill { #expect(order.status == .filled, words) }
        #expect(order.averageFillPrice == nil || order.averageFillPrice?.isPositive == true, words)
        #expect((order.updatedAt == before.updatedAt) == (transition == .refused), words)
    }

    @Test("words for a person")
    func words() throws {
        #expect(try order().words == "buy 100 NVDA limit 189.08")
        #expect(try terms(type: .market, limit: nil).words == "buy 100 NVDA at market")
        #expect(
            try terms(type: .stopLimit, limit: "186", stop: "186.5").words
                == "buy 100 NVDA stop-limit 186.50 (limit 186.00)")
        #expect(
            try terms(type: .trailingStop, limit: nil, trail: "2.5").words == "buy 100 NVDA trailing stop 2.50 behind")
    }
}
