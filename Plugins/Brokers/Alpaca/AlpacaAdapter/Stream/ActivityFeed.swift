import AlpacaAPI
import Trading

/// What was booked on the account, as events by HTTP, where the host has them: executions, corrections and busts, and cash. They are
/// told again from a cursor on, so that what happened while nobody listened is heard all the same. It has no socket and no clock.
///
///     actions = feed.advance(to: now)        // when `nextDue` has come
///     actions = feed.take(.opened, at: now)
///
/// - I-AA-9: After a break, also one between two processes, events are read again from ``Limits/overlap`` before the newest; those
///   that come twice are known by their ids. A host that does not have them is not asked again, and nothing waits for it.
package struct ActivityFeed: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case waiting(until: Timestamp)
        case opening(since: Timestamp)
        case open(heardAt: Timestamp)
        /// The host does not have it.
        case absent
    }

    package enum Input: Equatable, Sendable {
        case opened
        case item(Alpaca.EventStream.Item)
        /// It was not opened.
        case refused(status: Int)
        /// It has ended, or no answer came.
        case closed
    }

    package enum Action: Equatable, Sendable {
        case open(Alpaca.EventQuery)
        case close
        case take(Alpaca.ActivityEvent)
        /// Something was booked, and cannot be read here: the lists say what.
        case readLists
        /// For a person: what is not there, or went wrong.
        case tell(String)
    }

    package private(set) var state: State
    package private(set) var cursor: Alpaca.EventCursor
    /// Since it was open last.
    private var attempts: Int64 = 0
    /// A beginning by time was refused.
    private var beginsByID = false

    /// - Parameter cursor: as far as a process before this one has read.
    package init(from cursor: Alpaca.EventCursor = Alpaca.EventCursor(), at time: Timestamp) {
        (self.cursor, state) = (cursor, .waiting(until: time))
    }

    /// When ``advance(to:)`` has something to do.
    package var nextDue: Timestamp? {
        switch state {
        case .waiting(let until): until
        case .opening(let since): since + Limits.opening
        case .open(let heardAt): heardAt + Limits.silence
        case .absent: nil
        }
    }

    // MARK: - Time

    package mutating func advance(to time: Timestamp) -> [Action] {
        guard let due = nextDue, due <= time else { return [] }
        switch state {
        case .waiting:
            state = .opening(since: time)
            return [.open(query(at: time))]
        case .opening, .open:
            wait(at: time)
            return [.close]
        case .absent: return []
        }
    }

    private func query(at time: Timestamp) -> Alpaca.EventQuery {
        var query = Alpaca.EventQuery()
        if beginsByID {
            query.sinceID = cursor.last
        } else if let resumption = cursor.resumption(overlap: Limits.overlap) {
            query = resumption
        } else {
            query.since = time + TimeSpan(nanoseconds: -Limits.overlap.nanoseconds)
        }
        return query
    }

    // MARK: - What happens

    package mutating func take(_ input: Input, at time: Timestamp) -> [Action] {
        switch input {
        case .opened:
            (state, attempts) = (.open(heardAt: time), 0)
            return []
        case .item(let item):
            guard case .open = state else { return [] }
            state = .open(heardAt: time)
            return take(item, at: time)
        case .refused(let status): return refused(status, at: time)
        case .closed:
            wait(at: time)
            return []
        }
    }

    private mutating func take(_ item: Alpaca.EventStream.Item, at time: Timestamp) -> [Action] {
        switch item {
        case .event(let event): return take(event)
        case .comment(.heartbeat), .retry: return []
        case .comment(.readTooSlowly(let words)), .comment(.serverError(let words)):
            // What was left out is told again.
            wait(at: time)
            return [.close, .tell("the events of the account are read again: \(words)")]
        }
    }

    private mutating func take(_ event: Alpaca.EventStream.Event) -> [Action] {
        do throws(Alpaca.DecodingError) {
            let booked = try Alpaca.decode(Alpaca.ActivityEvent.self, from: Array(event.data.utf8))
            cursor.advance(to: booked.eventID)
            return [.take(booked)]
        } catch {
            return [.tell("an event of the account cannot be read, and the lists are: \(error)"), .readLists]
        }
    }

    private mutating func refused(_ status: Int, at time: Timestamp) -> [Action] {
        switch status {
        case 403, 404, 405, 410, 501:
            state = .absent
            return [.tell("there are no events of the account here (HTTP \(status)): lists are read instead")]
        case 400, 422: beginsByID = true
        default: break
        }
        wait(at: time)
        return []
    }

    private mutating func wait(at time: Timestamp) {
        attempts += 1
        let pause = min(attempts * Limits.pause.nanoseconds, Limits.longestPause.nanoseconds)
        state = .waiting(until: time + TimeSpan(nanoseconds: pause))
    }

    enum Limits {
        /// Before the newest event: ids of one millisecond are in no order, and events may be written late.
        static let overlap = TimeSpan.seconds(300)
        static let opening = TimeSpan.seconds(60)
        /// Without a word, not even a comment.
        static let silence = TimeSpan.seconds(300)
        /// Longer by this with each attempt.
        static let pause = TimeSpan.seconds(5)
        static let longestPause = TimeSpan.seconds(300)
    }
}
