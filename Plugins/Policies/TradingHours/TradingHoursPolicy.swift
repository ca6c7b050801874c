import PluginKit
import Trading
import Wire

/// Keeps entries to the hours that a person wants, and away from what is known to come: earnings, dividends, figures of the
/// economy. Where it is asked to, it also closes or reduces positions before, or tightens their stops.
package struct TradingHoursPolicy: Policy {
    package struct Settings: Decodable {
        // The window of all shares that `windows` does not name.
        var from: String?
        var to: String?
        var days: [EntryWindow.Weekday]?
        var afterOpen: Span?
        var beforeClose: Span?
        /// Of single symbols; the first that names one counts for it.
        var windows: [EntryWindow.Settings]?
        /// A file of events.
        var events: String?
        /// Absent: entries rest from the session before earnings to the session after, and for half an hour around `macro`.
        var rules: [EventRule]?
        var conditions: [ConditionRule]?
    }

    private let common: EntryWindow
    private let windows: [EntryWindow]
    private let rules: [(rule: EventRule, measure: Measure)]
    private let conditions: [(rule: ConditionRule, measure: Measure)]
    private var file: EventFile?
    private static let defaultAfterOpen = TimeSpan.seconds(300)
    private static let defaultBeforeClose = TimeSpan.seconds(600)
    private static let mostSpan = TimeSpan.seconds(60 * 86_400)

    package init(settings: Settings) throws {
        common = try EntryWindow(
            EntryWindow.Settings(
                from: settings.from, to: settings.to, days: settings.days,
                afterOpen: settings.afterOpen ?? Span(Self.defaultAfterOpen),
                beforeClose: settings.beforeClose ?? Span(Self.defaultBeforeClose)))
        windows = try (settings.windows ?? []).enumerated().map { index, window in
            guard window.symbols?.isEmpty == false else {
                throw SettingsError("windows[\(index)].symbols names the symbols that it is for")
            }
            return try EntryWindow(window, place: "windows[\(index)].")
        }
        rules = try (settings.rules ?? EventRule.defaults).enumerated().map { index, rule in
            for (name, span) in [("before", rule.before), ("after", rule.after), ("lead", rule.lead)] {
                if let span, span.value > Self.mostSpan {
                    throw SettingsError("rules[\(index)].\(name) is up to 60d")
                }
            }
            return (rule, try Measure(rule.action, rule.fraction, rule.tightenStop, place: "rules[\(index)]"))
        }
        conditions = try (settings.conditions ?? []).enumerated().map { index, rule in
            (rule, try Measure(rule.action, rule.fraction, rule.tightenStop, place: "conditions[\(index)]"))
        }
        guard let path = settings.events else { return }
        guard let file = EventFile(path: path) else { throw SettingsError("events: \(path) cannot be read") }
        self.file = file
    }

    package var needs: PolicyNeeds {
        PolicyNeeds(sections: [.positions, .market] + (conditions.isEmpty ? [] : [.conditions]))
    }

    package mutating func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        file?.refresh()
        return hours(snapshot) + events(snapshot) + conditionEvents(snapshot) + complaints(snapshot)
    }

    private static func veto(_ symbol: Symbol?, _ reason: String, _ evidence: [Evidence] = []) -> Recommendation {
        Recommendation(
            symbol: symbol, advice: .veto, urgency: .medium, reason: reason,
            evidence: evidence.isEmpty ? nil : evidence)
    }
}

// MARK: - Hours

extension TradingHoursPolicy {
    /// One veto for each symbol: one for all would hold for a symbol with settings of its own, too.
    private func hours(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let symbols = Set(snapshot.market.map(\.symbol)).union(snapshot.positions.map(\.symbol)).sorted()
        return symbols.compactMap { symbol in whyClosed(symbol, at: snapshot.at).map { Self.veto(symbol, $0) } }
    }

    private func whyClosed(_ symbol: Symbol, at now: Timestamp) -> String? {
        if let own = windows.first(where: { $0.symbols?.contains(symbol) == true }) {
            return own.whyClosed(symbol, at: now)
        }
        // What is traded round the clock has no opening and no close, unless a window names it.
        return TradingHours(of: symbol) == .usEquity ? common.whyClosed(symbol, at: now) : nil
    }
}

// MARK: - Events

extension TradingHoursPolicy {
    private func events(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        guard let events = file?.calendar.events else { return [] }
        var found: [Recommendation] = []
        for event in events {
            for (rule, measure) in rules where rule.kind == event.kind {
                found += vetoes(event, rule, snapshot)
                found += snapshot.positions.filter { event.symbol == nil || $0.symbol == event.symbol }
                    .filter { rule.isDue(event, TradingHours(of: $0.symbol), at: snapshot.at) }
                    .flatMap { measures(measure, $0, event.words, rung: event.rung) }
            }
        }
        return found
    }

    private func vetoes(_ event: Event, _ rule: EventRule, _ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let hours = event.symbol.map(TradingHours.init(of:)) ?? .usEquity
        guard rule.entriesRest(event, hours).contains(snapshot.at) else { return [] }
        return [
            Self.veto(event.symbol, "\(event.words): nothing is entered around it", [Evidence("event", event.start)])
        ]
    }

    /// What was there before is protected, and nothing else, until a person hands it over.
    private func measures(
        _ measure: Measure, _ position: PositionView, _ what: String, rung: String
    ) -> [Recommendation] {
        var advice: [(Advice, String)] = []
        if position.isAdopted != true {
            switch measure.action {
            case .entries: break
            case .close: advice.append((.exit, "it is not to be held over \(what)"))
            case .reduce:
                advice.append(
                    (
                        .takePartial(PartialAdvice(fraction: measure.fraction, rung: rung)),
                        "\(measure.fraction.percent) of it is sold before \(what)"
                    ))
            }
        }
        if let distance = measure.tightenStop {
            advice.append(
                (
                    .protect(StopAdvice(distance: .percent(distance), from: .last)),
                    "its stop is brought within \(distance.percent) of the market before \(what)"
                ))
        }
        return advice.map { advice, reason in
            Recommendation(symbol: position.symbol, advice: advice, urgency: .high, reason: reason)
        }
    }

    private func conditionEvents(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        conditions.flatMap { rule, measure -> [Recommendation] in
            guard let condition = snapshot.conditions.first(where: { $0.name == rule.name }),
                snapshot.at - condition.at <= rule.maximumAge?.value ?? .seconds(3_600),
                condition.value > rule.above ?? .zero
            else { return [] }
            let what = "\(rule.name) at \(condition.value)"
            let evidence = [Evidence(rule.name, condition.value)]
            let vetoes =
                rule.symbols.map { $0.map { Self.veto($0, "\(what): nothing is entered", evidence) } }
                ?? [Self.veto(nil, "\(what): nothing is entered", evidence)]
            let rung =
                "\(rule.name) \(Timestamp(seconds: USEquityCalendar.tradingDay(at: snapshot.at) * 86_400).dateText)"
            return vetoes
                + snapshot.positions.filter { rule.symbols?.contains($0.symbol) ?? true }
                .flatMap { measures(measure, $0, what, rung: rung) }
        }
    }

    /// What cannot be read may be what nothing should be entered before: it counts, until somebody mends it.
    private func complaints(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        guard let file else { return [] }
        var found = file.calendar.badRows.map { row in
            Self.veto(row.symbol, "\(file.name) line \(row.line): \(row.why); nothing is entered until it is mended")
        }
        if file.isMissing {
            found.append(hold("\(file.name) cannot be read any more; what it said last counts"))
        }
        if let last = file.calendar.lastDay, last < USEquityCalendar.tradingDay(at: snapshot.at) {
            let date = Timestamp(seconds: last * 86_400).dateText
            found.append(hold("\(file.name) knows nothing after \(date): bring it up to date"))
        }
        return found
    }

    private func hold(_ reason: String) -> Recommendation {
        Recommendation(symbol: nil, advice: .hold, urgency: .low, reason: reason)
    }
}

extension Event {
    /// Each event is met once.
    fileprivate var rung: String { "\(kind.rawValue) \(Timestamp(seconds: day * 86_400).dateText)" }
}
