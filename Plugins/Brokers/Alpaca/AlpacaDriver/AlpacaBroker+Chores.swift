import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport
import PluginKit
import Trading

/// What is done from time to time.
struct Chores: Equatable, Sendable {
    var clockDue: Timestamp
    var activitiesDue: Timestamp
    var pruneDue: Timestamp

    init(at time: Timestamp) { (clockDue, activitiesDue, pruneDue) = (time + Limits.clock, time, time) }

    var nextDue: Timestamp { min(clockDue, activitiesDue, pruneDue) }

    enum Limits {
        static let clock = TimeSpan.seconds(600)
        static let activities = TimeSpan.seconds(300)
        static let afterEvent = TimeSpan.seconds(2)
        static let prune = TimeSpan.seconds(3_600)
        /// From now, of activities that are read again and again.
        static let window = TimeSpan.seconds(-7 * 86_400)
        /// Longer than the window, or what was forgotten would be news.
        static let cash = TimeSpan.seconds(-10 * 86_400)
        /// Before which nothing more is told of an order that is over.
        static let orders = TimeSpan.seconds(-3 * 86_400)
        static let page = 100
        static let mostRows = 5_000
    }
}

extension AlpacaBroker {
    mutating func doChores(at time: Timestamp) {
        guard setup.isComplete else {
            // Not before it is known whose account it is; asked again with the end of that.
            if chores.nextDue <= time { chores = Chores(at: time + .seconds(1)) }
            return
        }
        if chores.clockDue <= time {
            chores.clockDue = time + Chores.Limits.clock
            enqueue(Outgoing(purpose: .clock, request: site.request(.clock)), at: time)
        }
        if chores.activitiesDue <= time {
            chores.activitiesDue = time + Chores.Limits.activities
            var query = Alpaca.ActivityQuery()
            (query.category, query.pageSize) = (.known(.nonTrade), Chores.Limits.page)
            query.after = venueTime(time) + Chores.Limits.window
            pages = []
            enqueue(Outgoing(purpose: .activities(query), request: site.request(.activities(query))), at: time)
        }
        if chores.pruneDue <= time {
            chores.pruneDue = time + Chores.Limits.prune
            desk.prune(before: venueTime(time) + Chores.Limits.orders)
            cash.prune(before: time + Chores.Limits.cash)
            memory.markChanged()
        }
    }

    mutating func takeClock(_ response: WebResponse, at time: Timestamp) {
        guard (200...299).contains(response.status) else { return }
        do throws(Alpaca.DecodingError) {
            setup.refresh(skew: try Alpaca.decode(Alpaca.MarketClock.self, from: response.body).timestamp - time)
        } catch {
            log("warning", "the venue's clock cannot be read: \(error)")
        }
    }

    mutating func takeActivities(_ response: WebResponse, _ query: Alpaca.ActivityQuery, at time: Timestamp) {
        guard (200...299).contains(response.status) else { return }
        do throws(Alpaca.DecodingError) {
            let page = try Alpaca.decode(Alpaca.Rows<Alpaca.Activity>.self, from: response.body)
            for error in page.refused { log("error", "an activity cannot be read, and is left out: \(error)") }
            pages += page.elements.compactMap { row in if case .other(let activity) = row { activity } else { nil } }
            if pages.count < Chores.Limits.mostRows, let next = try query.next(after: page) {
                enqueue(Outgoing(purpose: .activities(next), request: site.request(.activities(next))), at: time)
                return
            }
        } catch {
            log("warning", "the account's activities cannot be read: \(error)")
            return
        }
        let movements = cash.take(pages, at: time, skew: setup.skew ?? .zero)
        pages = []
        if !movements.isEmpty { memory.markChanged() }
        for movement in movements { tell(.cash(movement)) }
    }
}
