import Trading

/// A clock that was set ahead: every waiting begins where it was, since what is waited for has had no time to come.
extension Orchestrator {
    mutating func applyClockJump(_ span: TimeSpan) {
        let now = state.now
        func ahead(_ time: Timestamp) -> Timestamp { min(time + span, now) }
        func due(_ time: Timestamp) -> Timestamp { time + span }
        state.deadlines.update(due)
        state.breaches = state.breaches.mapValues(ahead)
        state.unprotected.update {
            with($0) {
                $0.since = ahead($0.since)
                $0.dueAt = due($0.dueAt)
            }
        }
        state.requests = state.requests.mapValues {
            with($0) {
                $0.leftBy = ahead($0.leftBy)
                $0.takenBy = $0.takenBy.map(ahead)
            }
        }
        state.holds = state.holds.mapValues {
            with($0) {
                $0.snapshotNotBefore = $0.snapshotNotBefore.map(due)
                $0.refusedAt = $0.refusedAt.map(ahead)
            }
        }
        state.pendingQueries = state.pendingQueries.map { with($0) { $0.queriedAt = ahead($0.queriedAt) } }
        state.risk.shift(by: span)
        state.portfolio.orders.shift(by: span, now: now)
        if var link = state.broker {
            link.reconcileDueAt = link.reconcileDueAt.map(due)
            link.unsettledSince = link.unsettledSince.map(ahead)
            link.discrepancies = link.discrepancies.mapValues { with($0) { $0.since = ahead($0.since) } }
            state.broker = link
        }
        if var swap = state.swap {
            swap.began = ahead(swap.began)
            swap.deadline = swap.deadline.map(due)
            state.swap = swap
        }
        alert(.notice, nil, "the clock was set ahead by \(span)")
    }
}

private func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var copy = value
    change(&copy)
    return copy
}
