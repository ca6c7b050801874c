import Trading

extension PaperExchange {
    private enum Event { case delivery, action, cash, close }

    /// Lets everything that is due happen in the order of time.
    /// - Parameter closesUntil: Day orders end up to here. A close after it waits, for a bar that began before it.
    mutating func pass(to time: Timestamp, closesUntil: Timestamp) throws(NumericError) {
        if ledger == nil, time.nanoseconds > 0 { ledger = PaperLedger(configuration.cashMovements, from: time) }
        while let (due, event) = nextEvent(until: time, closesUntil: min(time, closesUntil)) {
            moveClock(to: due)
            switch event {
            case .action: try perform(awaitedActions.removeFirst())
            case .cash: if let movement = ledger?.takeNext() { try move(movement) }
            case .delivery: try deliver(line.removeFirst())
            case .close:
                try expireDayOrders()
                // No day order is left, and none comes in before `time`: the closes between do nothing.
                nextClose = configuration.sessions.nextClose(after: max(time, nextClose))
            }
            try matchAwakened()
        }
        moveClock(to: time)
    }

    private func nextEvent(until time: Timestamp, closesUntil: Timestamp) -> (Timestamp, Event)? {
        var next: (at: Timestamp, event: Event)?
        if let action = awaitedActions.first, action.effectiveAt <= time { next = (action.effectiveAt, .action) }
        if let delivery = line.first, delivery.at <= time, next.map({ delivery.at < $0.at }) ?? true {
            next = (delivery.at, .delivery)
        }
        if let due = ledger?.nextDue, due <= time, next.map({ due < $0.at }) ?? true { next = (due, .cash) }
        if nextClose <= closesUntil, next.map({ nextClose < $0.at }) ?? true { next = (nextClose, .close) }
        return next
    }

    private mutating func expireDayOrders() throws(NumericError) {
        for sequence in book.workingSequences() {
            let entry = book[sequence]
            guard entry.stage != .ended, entry.terms.timeInForce == .day else { continue }
            try end(sequence, .expired, reason: "day order at the close")
        }
    }

    /// Puts a request on the line. The line keeps the order, so a cancel cannot overtake its order.
    mutating func send(_ request: Delivery.Request) {
        let delay = configuration.latencyMilliseconds + random.upTo(configuration.latencyJitterMilliseconds)
        let at = max(now + .milliseconds(delay), line.last?.at ?? now)
        line.append(Delivery(at: at, since: now, request: request))
    }

    private mutating func deliver(_ delivery: Delivery) throws(NumericError) {
        switch delivery.request {
        case .arrive(let sequences): try arrive(sequences)
        case .cancel(let sequence): try carryOutCancel(sequence)
        case .replace(let sequence, let replacement):
            try carryOut(replacement, on: sequence, since: delivery.since)
        }
    }

    /// The part of a symbol's day: by the provider's word while it holds, else by the calendar.
    func session(of symbol: Symbol) -> SessionPhase {
        if configuration.sessions.isAlways(symbol) { return .regular }
        return announcedSession?.phase(at: now) ?? USEquityCalendar.phase(at: now)
    }
}
