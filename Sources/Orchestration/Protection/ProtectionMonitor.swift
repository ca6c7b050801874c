import Trading

/// Since when a position is without a working stop for all of its shares, and since when the market is through a resting
/// stop that does not execute.
///
/// Invariants:
/// 1. A symbol is unprotected only while a position of it is held.
/// 2. A breach is known only while a stop of the symbol rests.
package struct ProtectionMonitor: Sendable, Hashable, Codable {
    private var timers = DeadlineIndex<Symbol, UnprotectedTimer>()
    private var breaches: [Symbol: Timestamp] = [:]
    /// Parts of positions for which the broker takes no stop, as of a large share, and that are worth telling of.
    private var unprotectable: [Symbol: Quantity] = [:]

    package init() {}

    /// It is unprotected, or has a part that cannot be protected, or the market is through its stop.
    func hasAny(of symbol: Symbol) -> Bool {
        timers[symbol] != nil || breaches[symbol] != nil || unprotectable[symbol] != nil
    }

    // MARK: - Unprotected

    package func isUnprotected(_ symbol: Symbol) -> Bool { timers[symbol] != nil }
    package var isAnyUnprotected: Bool { !timers.isEmpty }
    package var unprotectedCount: Int { timers.count }
    /// In order.
    package var unprotected: [Symbol] { timers.keys.sorted() }
    /// The same, and what cannot be protected: everything that has no stop for all that it is worth.
    package var withoutFullStop: [Symbol] { Set(timers.keys).union(unprotectable.keys).sorted() }

    /// What of the position no stop can be placed for.
    package func unprotectable(_ symbol: Symbol) -> Quantity? { unprotectable[symbol] }

    /// - Parameter part: nil when all of it can be protected, or what cannot is worth nothing.
    /// - Returns: whether it is news: none before, or less.
    mutating func setUnprotectable(_ part: Quantity?, _ symbol: Symbol) -> Bool {
        guard part != nil || !unprotectable.isEmpty else { return false }
        defer { unprotectable[symbol] = part }
        return part.map { $0 > unprotectable[symbol] ?? .zero } ?? false
    }

    /// Nil when it is protected.
    package func unprotectedSince(_ symbol: Symbol) -> Timestamp? { timers[symbol]?.since }

    /// It was longer than its limit, and the core has answered.
    func isAnswered(_ symbol: Symbol) -> Bool { timers[symbol]?.isAnswered == true }

    /// - Returns: whether it begins now.
    mutating func begin(_ symbol: Symbol, at now: Timestamp, limit: TimeSpan) -> Bool {
        guard timers[symbol] == nil else { return false }
        timers[symbol] = UnprotectedTimer(since: now, limit: limit)
        return true
    }

    /// - Returns: since when it was; nil when it was protected.
    mutating func end(_ symbol: Symbol) -> Timestamp? { timers.removeValue(forKey: symbol)?.since }

    /// Unprotected for longer than the limit, or for another ``UnprotectedTimer/reminder`` since that was reported; in order.
    /// Each is answered, and due again after the reminder.
    mutating func overdue(at now: Timestamp, isHeld: (Symbol) -> Bool) -> [(symbol: Symbol, since: Timestamp)] {
        var found: [(symbol: Symbol, since: Timestamp)] = []
        for (symbol, timer) in timers.due(at: now) where isHeld(symbol) {
            timers[symbol]?.isAnswered = true
            timers[symbol]?.dueAt = now + UnprotectedTimer.reminder
            found.append((symbol, timer.since))
        }
        return found
    }

    /// It is reported again no earlier.
    mutating func remind(_ symbol: Symbol, at time: Timestamp) { timers[symbol]?.dueAt = time }

    /// What protected it by the core's doing is gone: it is answered anew after the limit.
    mutating func rearm(_ symbol: Symbol, limit: TimeSpan) {
        guard let since = timers[symbol]?.since else { return }
        timers[symbol] = UnprotectedTimer(since: since, limit: limit)
    }

    mutating func fit(to limit: TimeSpan) { timers.update { $0.fitted(to: limit) } }

    // MARK: - Breaches

    func isBreached(_ symbol: Symbol) -> Bool { breaches[symbol] != nil }
    /// In order.
    var breached: [Symbol] { breaches.isEmpty ? [] : breaches.keys.sorted() }

    mutating func setBreached(_ isBreached: Bool, _ symbol: Symbol, at now: Timestamp) {
        guard isBreached || !breaches.isEmpty else { return }
        breaches[symbol] = isBreached ? breaches[symbol] ?? now : nil
    }

    func isBreached(_ symbol: Symbol, forAtLeast patience: TimeSpan, at now: Timestamp) -> Bool {
        breaches[symbol].map { $0 + patience <= now } ?? false
    }

    /// Breached for so long or longer, in order.
    func breached(forAtLeast patience: TimeSpan, at now: Timestamp) -> [Symbol] {
        breaches.isEmpty ? [] : breaches.filter { $0.value + patience <= now }.keys.sorted()
    }

    // MARK: - Time

    func nextDeadline(patience: TimeSpan, after now: Timestamp) -> Timestamp? {
        let stuck = breaches.values.map { $0 + patience }.filter { $0 > now }.min()
        return [timers.notBefore, stuck].compactMap { $0 }.min()
    }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        breaches = breaches.mapValues { min($0 + span, now) }
        timers.update {
            with($0) {
                $0.since = min($0.since + span, now)
                $0.dueAt = $0.dueAt + span
            }
        }
    }
}

struct UnprotectedTimer: Sendable, Hashable, Codable, HasDueTime {
    var since: Timestamp
    /// It was longer than its limit, and the core has answered.
    var isAnswered = false
    /// When the core acts, or reports the emergency again.
    var dueAt: Timestamp
    static let reminder = TimeSpan.seconds(300)

    /// The core answers when the limit is over.
    init(since: Timestamp, limit: TimeSpan) {
        self.since = since
        dueAt = since + limit
    }

    /// As it is under another limit.
    func fitted(to limit: TimeSpan) -> UnprotectedTimer {
        isAnswered ? self : UnprotectedTimer(since: since, limit: limit)
    }
}
