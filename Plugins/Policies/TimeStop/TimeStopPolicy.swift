import PluginKit
import Trading
import Wire

/// Ends what takes too long, and what is not to be held over a night or a weekend.
///
/// Capital that does not work is freed (Kaufman, Trading Systems and Methods, 5th edition 2013, time-based exits; Lopez de
/// Prado, Advances in Financial Machine Learning, 2018, the vertical barrier). Sessions are those of ``TradingSession``,
/// with holidays and short days.
package struct TimeStopPolicy: Policy {
    package struct Settings: Decodable {
        /// Longest time that a position is held; a default of 30 days.
        package var maximumHolding: Span?
        /// A position whose open profit in R is above this is left alone; a default of 1.
        package var unlessAboveR: Ratio?
        /// Everything is closed before each regular session ends.
        package var endOfSession: Bool?
        /// Everything is closed before the last regular session of the week ends.
        package var beforeWeekend: Bool?
        /// So many minutes before the close; a default of 10.
        package var minutesBeforeClose: Int64?
    }

    private let longest: TimeSpan
    private let threshold: Ratio
    private let settings: Settings
    private let lead: Int64
    private static let defaultLongest = TimeSpan.seconds(30 * 86_400)
    private static let defaultLead: Int64 = 10

    package init(settings: Settings) throws {
        longest = settings.maximumHolding?.value ?? Self.defaultLongest
        threshold = settings.unlessAboveR ?? .one
        lead = settings.minutesBeforeClose ?? Self.defaultLead
        self.settings = settings
        guard longest > .zero else { throw SettingsError("maximum_holding is above zero, such as 240h") }
        guard (1...390).contains(lead) else {
            throw SettingsError("minutes_before_close is 1 to 390, the minutes of a session, not \(lead)")
        }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        snapshot.positions.compactMap { sessionEnd($0, snapshot.at) ?? tooLong($0, snapshot.session) }
    }

    /// In the last minutes of a session that it is not to be held beyond. What is traded round the clock has none.
    private func sessionEnd(_ position: PositionView, _ now: Timestamp) -> Recommendation? {
        let hours = TradingHours(of: position.symbol)
        guard hours != .continuous else { return nil }
        let session = TradingSession(hours, containing: now)
        guard now >= session.open, now < session.close, session.close - now <= .seconds(lead * 60) else { return nil }
        let what: String
        if settings.endOfSession == true {
            what = "overnight"
        } else if settings.beforeWeekend == true, session.isLastOfWeek(hours) {
            what = "over the weekend"
        } else {
            return nil
        }
        return Recommendation(
            symbol: position.symbol, advice: .exit, urgency: .high,
            reason: "it is not to be held \(what): the session ends in \(session.close - now), at \(session.close)",
            evidence: [Evidence("close", session.close), Evidence("minutes_before_close", lead)])
    }

    private func tooLong(_ position: PositionView, _ phase: SessionPhase) -> Recommendation? {
        // What was there before has no R, and nobody here knows since when it is held.
        guard position.isAdopted != true, phase != .closed || TradingHours(of: position.symbol) == .continuous,
            position.heldFor > longest,
            position.profitInR.map({ $0 <= threshold }) ?? true
        else { return nil }
        let profit = position.profitInR.map { "\($0.signed) R, not above \(threshold) R" } ?? "an unknown number of R"
        return Recommendation(
            symbol: position.symbol, advice: .exit, urgency: .medium,
            reason: "it is held for \(position.heldFor), \(longest) is the limit, and it is at \(profit)",
            evidence: [
                Evidence("held_for", position.heldFor), Evidence("maximum_holding", longest),
                Evidence("profit_in_r", position.profitInR?.description ?? "none"),
            ])
    }
}

extension TradingSession {
    /// No day has a session from tomorrow to Saturday: Friday, or Thursday before Good Friday.
    fileprivate func isLastOfWeek(_ hours: TradingHours) -> Bool {
        let next = TradingSession(hours, containing: nextMidnight)
        if CivilTime.date(daysSince1970: next.day).weekday == 0 { return true }
        return next.open == next.close && next.isLastOfWeek(hours)
    }
}
