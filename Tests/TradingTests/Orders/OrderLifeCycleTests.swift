import Testing
import Trading

/// What we ask for ourselves; everything else is the broker's report, or its silence.
private let requests: [OrderEvent] = [.cancelRequested, .replaceRequested]
private let endings: [(event: OrderEvent, status: OrderStatus)] = [
    (.fill, .filled), (.canceled, .canceled), (.expired, .expired), (.replaced, .replaced), (.rejected, .rejected),
]

@Suite("the life cycle of an order")
struct OrderLifeCycleTests {
    @Test("the whole table is the reviewed one (Frozen/order-life-cycle.txt)")
    func frozen() throws {
        let changed = try differences(of: LifeCycleMatrix.text, from: "order-life-cycle.txt")
        #expect(changed.isEmpty, "\(changed.joined(separator: "\n"))")
    }

    @Test("nothing leaves a terminal status except a late fill", arguments: OrderStatus.allCases.filter(\.isTerminal))
    func terminal(status: OrderStatus) {
        for event in OrderEvent.allCases {
            switch OrderLifeCycle.transition(status, event) {
            case .stay, .refused: break
            case .restore: Issue.record("\(status) is left by \(event)")
            case .to(let next): #expect(event == .fill && next == .filled && status != .filled, "\(status) \(event)")
            }
        }
    }

    @Test("the broker's last word ends an order from every status that is not terminal")
    func endsFromEverywhere() {
        for status in OrderStatus.allCases where !status.isTerminal {
            for ending in endings {
                #expect(OrderLifeCycle.transition(status, ending.event) == .to(ending.status), "\(status) \(ending)")
            }
        }
    }

    @Test("each ending has one event: a fill never cancels, and only a fill fills")
    func endingsAreDistinct() {
        for status in OrderStatus.allCases {
            for event in OrderEvent.allCases {
                guard case .to(let next) = OrderLifeCycle.transition(status, event), next.isTerminal else { continue }
                let isLost = next == .rejected && event == .notFound
                #expect(isLost || endings.contains { $0.event == event && $0.status == next }, "\(status) \(event)")
            }
        }
        for status in OrderStatus.allCases {
            let partial = OrderLifeCycle.transition(status, .partialFill)
            #expect(partial == .stay || partial == .refused || partial == .to(.partiallyFilled), "\(status)")
        }
    }

    @Test("an order in doubt accepts no request of ours", arguments: OrderStatus.allCases.filter(\.isInFlight))
    func inDoubt(status: OrderStatus) {
        for event in requests { #expect(OrderLifeCycle.transition(status, event) == .refused) }
    }

    @Test("a request of ours never ends an order, nor does it settle one")
    func requestsOnlyPend() {
        for status in OrderStatus.allCases {
            let cancel = OrderLifeCycle.transition(status, .cancelRequested)
            let replace = OrderLifeCycle.transition(status, .replaceRequested)
            let isLive = !status.isTerminal && !status.isInFlight
            #expect(cancel == (isLive ? .to(.pendingCancel) : .refused), "\(status)")
            #expect(replace == (isLive && status != .held ? .to(.pendingReplace) : .refused), "\(status)")
        }
    }

    @Test("unknown is left only by the broker's word")
    func unknown() {
        for event in OrderEvent.allCases {
            let transition = OrderLifeCycle.transition(.unknown, event)
            if requests.contains(event) {
                #expect(transition == .refused)
            } else if event == .timedOut {
                #expect(transition == .to(.unknown))
            } else {
                #expect(transition != .refused && transition != .stay, "\(event)")
            }
        }
    }

    @Test("silence makes doubt, never an end")
    func silence() {
        for status in OrderStatus.allCases {
            let expected: OrderLifeCycle.Transition = status.isTerminal ? .stay : .to(.unknown)
            #expect(OrderLifeCycle.transition(status, .timedOut) == expected, "\(status)")
        }
    }

    @Test(
        "an order that the broker does not find ends only when nobody had acknowledged it, or when it was asked again")
    func notFound() {
        for status in OrderStatus.allCases {
            let expected: OrderLifeCycle.Transition =
                status.isTerminal ? .stay : status == .pendingNew || status == .unknown ? .to(.rejected) : .to(.unknown)
            #expect(OrderLifeCycle.transition(status, .notFound) == expected, "\(status)")
        }
    }

    @Test("a fill is refused nowhere: shares have changed hands")
    func fillsAlwaysCount() {
        for status in OrderStatus.allCases {
            #expect(OrderLifeCycle.transition(status, .fill) != .refused, "\(status)")
            // A fill after the last one is beyond the order's quantity: the broker is asked.
            #expect(
                (OrderLifeCycle.transition(status, .partialFill) == .refused) == (status == .filled), "\(status)")
        }
    }

    @Test("restore follows a refused request only, or a restatement that ends a doubt")
    func restore() {
        for status in OrderStatus.allCases {
            for event in OrderEvent.allCases where OrderLifeCycle.transition(status, event) == .restore {
                switch status {
                case .pendingCancel: #expect(event == .cancelRejected)
                case .pendingReplace: #expect(event == .replaceRejected || event == .restated)
                case .unknown: #expect([.cancelRejected, .replaceRejected, .restated].contains(event))
                default: Issue.record("\(status) is restored by \(event)")
                }
            }
        }
    }

    @Test("Alpaca's words for a status are ours (WIRE_FACTS.md, Status)")
    func wireWords() {
        let alpaca =
            "new partially_filled filled done_for_day canceled expired replaced pending_cancel pending_replace "
            + "accepted pending_new stopped rejected suspended calculated held"
        for word in alpaca.split(separator: " ") { #expect(OrderStatus(rawValue: String(word)) != nil, "\(word)") }
        #expect(OrderStatus.allCases.filter(\.isTerminal) == [.filled, .canceled, .expired, .replaced, .rejected])
    }
}
