import PluginKit
import Trading

/// Leaves when the reason to be there is gone: the structure is broken, the breakout failed, or the day opened far
/// against the position.
///
/// Structure is the channel of the last days (Donchian, Trend Following Methods in Commodity Price Analysis, 1957); a
/// breakout that closes back in its channel is a trap (Connors and Raschke, Street Smarts, 1995, "turtle soup").
package struct ExitRulesPolicy: Policy {
    package struct Settings: Decodable {
        /// Exit when a day after the entry closed beyond the lowest low of so many days before (of a short: the highest
        /// high); 0 is never. A default of 20.
        package var structureBreach: Int64?
        /// In the session the last price counts as well as the close. A default of false.
        package var intraday: Bool?
        /// Exit when the day opened so far against the position, as a share of the close before. A default of 0.1.
        package var adverseGap: Ratio?
        /// After such a gap this share is sold, once; absent: everything.
        package var gapTake: Ratio?
        /// Exit when within so many days of the entry one closes back within the channel; 0 or absent is never.
        package var failedBreakout: Int64?
        /// Days of the channel above which the entry was. A default of 20.
        package var breakoutLength: Int64?
    }

    private let days: Int64
    private let intraday: Bool
    private let gap: Ratio
    private let take: Ratio?
    private let trialDays: Int64
    private let breakoutLength: Int64
    private static let defaultLength: Int64 = 20
    private static let defaultGap = Ratio(units: Ratio.scale / 10)
    private static let most = BarNeed.most / 2 - 1

    package init(settings: Settings) throws {
        days = settings.structureBreach ?? Self.defaultLength
        intraday = settings.intraday ?? false
        gap = settings.adverseGap ?? Self.defaultGap
        take = settings.gapTake
        trialDays = settings.failedBreakout ?? 0
        breakoutLength = settings.breakoutLength ?? Self.defaultLength
        for (name, value, least) in [
            ("structure_breach", days, 0), ("failed_breakout", trialDays, 0), ("breakout_length", breakoutLength, 1),
        ] as [(String, Int64, Int64)] {
            guard (least...Self.most).contains(value) else {
                throw SettingsError("\(name) is a number of days from \(least) to \(Self.most), not \(value)")
            }
        }
        guard gap.isPositive, gap <= .one else {
            throw SettingsError("adverse_gap is a share above 0 up to 1, such as 0.1, not \(gap)")
        }
        if let take, !take.isPositive || take > .one {
            throw SettingsError("gap_take is a share above 0 up to 1, such as 0.5, not \(take)")
        }
    }

    package var needs: PolicyNeeds {
        let count = max(days > 0 ? days + 1 : 0, trialDays > 0 ? trialDays + breakoutLength + 1 : 0)
        return PolicyNeeds(
            sections: [.positions, .market, .day], bars: count > 0 ? [BarNeed(period: .day, count: count)] : nil)
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let views = snapshot.views
        return snapshot.positions.compactMap { position in
            guard let view = views[position.symbol] else { return nil }
            let history = DailyHistory(position, view)
            return brokenStructure(position, history) ?? brokenToday(position, view, snapshot.session)
                ?? failedBreakout(position, history) ?? adverseGap(position, view, snapshot.at)
        }
    }
}

// MARK: - Rules

extension ExitRulesPolicy {
    /// The newest close is beyond the channel of the days before it, and came after the entry.
    private func brokenStructure(_ position: PositionView, _ history: DailyHistory) -> Recommendation? {
        guard days > 0, let newest = history.bars.last, history.isAfterEntry(newest),
            let edge = history.edge(of: history.bars.dropLast().suffix(Int(days)), days, losing: true),
            position.isBetter(edge, than: newest.close)
        else { return nil }
        return exit(
            position,
            "the close at \(newest.close.words) is beyond the \(history.edgeWords(losing: true)) of the \(days) days before, \(edge.words)",
            [Evidence("close", newest.close), Evidence("structure", edge)])
    }

    private func brokenToday(
        _ position: PositionView, _ view: MarketView, _ session: SessionPhase
    ) -> Recommendation? {
        guard intraday, days > 0, session == .regular, let last = view.last,
            let channel = view.channel(days: days, in: session)
        else { return nil }
        let edge = position.isLong ? channel.low : channel.high
        guard position.isBetter(edge, than: last) else { return nil }
        let which = position.isLong ? "lowest low" : "highest high"
        return exit(
            position, "the market at \(last.words) is beyond the \(which) of \(days) days, \(edge.words)",
            [Evidence("last", last), Evidence("structure", edge)])
    }

    /// It was entered beyond the channel of the days before the day of entry, and one of the first days after closed within.
    private func failedBreakout(_ position: PositionView, _ history: DailyHistory) -> Recommendation? {
        // Nobody here has entered what was there before.
        guard position.isAdopted != true, trialDays > 0, (1...Int(trialDays)).contains(history.sinceEntry.count),
            let newest = history.bars.last,
            history.isAfterEntry(newest),
            let edge = history.edge(
                of: history.beforeEntry.suffix(Int(breakoutLength)), breakoutLength, losing: false),
            position.isBetter(position.averagePrice, than: edge), position.isBetter(edge, than: newest.close)
        else { return nil }
        return exit(
            position,
            "entered at \(position.averagePrice.words) beyond the \(history.edgeWords(losing: false)) of \(breakoutLength) days, \(edge.words), it closed back at \(newest.close.words) on day \(history.sinceEntry.count) of \(trialDays)",
            [
                Evidence("average_price", position.averagePrice), Evidence("breakout", edge),
                Evidence("close", newest.close),
            ])
    }

    /// Of a day that opened after the entry. With bars of whole days it is known after the close only.
    private func adverseGap(_ position: PositionView, _ view: MarketView, _ now: Timestamp) -> Recommendation? {
        let session = TradingSession(TradingHours(of: position.symbol), containing: now)
        // Before today's first bar the day's figures are still those of the day before.
        let isOfToday = view.bar.map { session.overlaps($0) } ?? true
        guard let opened = view.day?.gap, isOfToday, position.openedAt < session.open, now >= session.open else {
            return nil
        }
        let against = position.isLong ? Ratio(units: -opened.units) : opened
        guard against >= gap else { return nil }
        let reason = "the day opened \(against.percent) against it, \(gap.percent) is the limit"
        let evidence = [Evidence("gap", opened), Evidence("adverse_gap", gap)]
        guard let take, take < .one else { return exit(position, reason, evidence) }
        // The rung makes it once a day: the policy remembers nothing.
        let rung = "gap \(session.open.description.prefix(10))"
        guard !position.rungsTaken.contains(rung) else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .takePartial(fraction: take, rung: rung), urgency: .high,
            reason: reason + "; \(take.percent) is sold", evidence: evidence)
    }

    private func exit(_ position: PositionView, _ reason: String, _ evidence: [Evidence]) -> Recommendation {
        Recommendation(symbol: position.symbol, advice: .exit, urgency: .high, reason: reason, evidence: evidence)
    }
}

extension Price {
    /// With cents.
    var words: String { text(minimumDecimals: 2) }
}
