import Orchestration
import Trading
import Wire

extension Configuration {
    /// `drawdown_pause`: a fall of equity from its peak.
    package struct DrawdownPauseEntry: Decodable {
        /// Share of the peak, above 0 and up to 1.
        package var limit: Ratio
        /// Older peaks do not count: `1d` to `366d`. Default: `30d`.
        package var within: Span?
        /// So long nothing is entered, up to `366d`. Default: `1d`.
        package var pause: Span?
        /// While it lasts, positions are reduced to this share of equity, 0 to 4. Default: nothing is sold for it.
        package var gross: Ratio?

        var rule: DrawdownRule {
            var rule = DrawdownRule(limit: limit)
            if let within { rule.within = within.value }
            if let pause { rule.pause = pause.value }
            rule.gross = gross
            return rule
        }

        var defect: (key: String, why: String)? {
            PauseDefects.share(limit) ?? PauseDefects.within(within) ?? PauseDefects.pause(pause)
                ?? PauseDefects.gross(gross)
        }
    }

    /// `weekly_loss_pause`: a loss since Monday.
    package struct WeeklyLossPauseEntry: Decodable {
        /// Share of the equity that the week began with, above 0 and up to 1.
        package var limit: Ratio
        /// So long nothing is entered, up to `366d`. Default: until the next week begins, Monday 00:00 in New York.
        package var pause: Span?
        /// As in `drawdown_pause`.
        package var gross: Ratio?

        var rule: WeeklyLossRule {
            var rule = WeeklyLossRule(limit: limit)
            (rule.pause, rule.gross) = (pause?.value, gross)
            return rule
        }

        var defect: (key: String, why: String)? {
            PauseDefects.share(limit) ?? PauseDefects.pause(pause) ?? PauseDefects.gross(gross)
        }
    }

    /// `loss_streak_pause`: positions that were closed with a loss in a row.
    package struct LossStreakPauseEntry: Decodable {
        /// So many positions that were closed with a loss, one after the other.
        package var losses: Int64
        /// Time from the first of them to the last, up to `366d`. Default: `1d`.
        package var within: Span?
        /// So long nothing is entered, up to `366d`. Default: `1d`.
        package var pause: Span?
        /// As in `drawdown_pause`.
        package var gross: Ratio?

        var rule: LossStreakRule {
            var rule = LossStreakRule(losses: losses)
            if let within { rule.within = within.value }
            if let pause { rule.pause = pause.value }
            rule.gross = gross
            return rule
        }

        var defect: (key: String, why: String)? {
            guard (1...LossWatch.mostLosses).contains(losses) else {
                return ("losses", "a number of positions, 1 to \(LossWatch.mostLosses), not \(losses)")
            }
            return PauseDefects.spans(within) ?? PauseDefects.pause(pause) ?? PauseDefects.gross(gross)
        }
    }

    /// `day_trades`: the old rule for pattern day traders.
    package struct DayTradesEntry: Decodable {
        /// Day trades in five business days, 1 to 100. Default: 3.
        package var most: Int64?
        /// The rule holds while the account's equity is below this. Default: 25000.
        package var below: Money?

        var rule: DayTradeRule {
            var rule = DayTradeRule()
            if let most { rule.most = most }
            if let below { rule.below = below }
            return rule
        }

        var defect: (key: String, why: String)? {
            if let most, !(1...100).contains(most) { return ("most", "a number of day trades, 1 to 100, not \(most)") }
            guard let below, !below.isPositive else { return nil }
            return ("below", "an equity above zero, not \(below)")
        }
    }
}

/// What no pause can be.
private enum PauseDefects {
    typealias Defect = (key: String, why: String)

    static func share(_ limit: Ratio) -> Defect? {
        guard !limit.isPositive || limit > .one else { return nil }
        return (
            "limit", "a share of equity above 0 and up to 1, 0.05 is 5 %, not \(limit)\(limit.wordsIfPercent)"
        )
    }

    static func within(_ within: Span?) -> Defect? {
        guard let within, within.value < .day else { return spans(within) }
        return ("within", "a day or more, such as 30d: peaks are kept by day")
    }

    static func spans(_ within: Span?) -> Defect? {
        guard let within, within.value <= .zero || within.value > LossWatch.longest else { return nil }
        return ("within", "longer than nothing and up to 366d")
    }

    static func pause(_ pause: Span?) -> Defect? {
        guard let pause, pause.value <= .zero || pause.value > LossWatch.longest else { return nil }
        return ("pause", "longer than nothing and up to 366d; `halt` stops trading until a person says `resume`")
    }

    static func gross(_ gross: Ratio?) -> Defect? {
        guard let gross, gross.isNegative || gross > Ratio(units: 4 * Ratio.scale) else { return nil }
        return ("gross", "a share of equity from 0 to 4, 0.5 is one half, not \(gross)\(gross.wordsIfPercent)")
    }
}
