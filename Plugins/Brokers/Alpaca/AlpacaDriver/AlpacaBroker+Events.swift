import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport
import PluginKit
import Trading

/// What was booked on the account, as events.
extension AlpacaBroker {
    mutating func followEvents(at time: Timestamp) {
        if setup.isComplete { carryOut(feed.advance(to: venueTime(time)), at: time) }
    }

    mutating func takeFromFeed(_ event: TransportEvent, at time: Timestamp) {
        let input: ActivityFeed.Input
        switch event {
        case .opened: input = .opened
        case .item(_, let item): input = .item(item)
        case .answered(_, let response):
            queue.answered(response.status, response.headers, at: time)
            input = .refused(status: response.status)
        case .failed, .closed: input = .closed
        case .message, .pong: return
        }
        switch input {
        case .refused, .closed: feedTag = nil
        case .opened, .item: break
        }
        carryOut(feed.take(input, at: venueTime(time)), at: time)
    }

    private mutating func carryOut(_ actions: [ActivityFeed.Action], at time: Timestamp) {
        for action in actions {
            switch action {
            case .open(let query):
                enqueue(Outgoing(purpose: .events, request: site.request(.activityEvents(query))), at: time)
            case .close:
                if let feedTag { transport.cancel(feedTag) }
                feedTag = nil
            case .take(let event): take(event, at: time)
            case .readLists: list(streamWaits: false, at: time)
            case .tell(let words): log("warning", words)
            }
        }
    }

    private mutating func take(_ event: Alpaca.ActivityEvent, at time: Timestamp) {
        memory.markChanged()
        switch event.details {
        case .trade(let details):
            var output = DeskOutput()
            desk.take(event, details, at: time, &output)
            absorb(output, at: time)
        case .other:
            // The list of activities, which says what it came to, may have it a moment later.
            chores.activitiesDue = min(chores.activitiesDue, time + Chores.Limits.afterEvent)
        }
    }
}
