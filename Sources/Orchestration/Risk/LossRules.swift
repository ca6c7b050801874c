import Trading

/// A fall of equity from its peak after which nothing is entered for a while.
package struct DrawdownRule: Sendable, Hashable, Codable {
    /// Of the peak, above 0 and up to 1.
    package var limit: Ratio
    /// Older peaks do not count: a day to ``LossWatch/longest``.
    package var within: TimeSpan = .seconds(30 * 86_400)
    package var pause: TimeSpan = .day
    /// Positions are reduced to this share of equity while it lasts, 0 to 4; nil: nothing is sold for it.
    package var gross: Ratio?

    package init(limit: Ratio) { self.limit = limit }
}

/// A loss since the week began, Monday in New York.
package struct WeeklyLossRule: Sendable, Hashable, Codable {
    /// Of the equity that the week began with, above 0 and up to 1.
    package var limit: Ratio
    /// Nil: until the next week begins.
    package var pause: TimeSpan?
    /// As in ``DrawdownRule``.
    package var gross: Ratio?

    package init(limit: Ratio) { self.limit = limit }
}

/// Positions that were closed with a loss, one after the other.
package struct LossStreakRule: Sendable, Hashable, Codable {
    /// 1 to ``LossWatch/mostLosses``.
    package var losses: Int64
    /// From the first of them to the last, up to ``LossWatch/longest``.
    package var within: TimeSpan = .day
    package var pause: TimeSpan = .day
    /// As in ``DrawdownRule``.
    package var gross: Ratio?

    package init(losses: Int64) { self.losses = losses }
}

/// What began a pause, with its figures then.
package enum LossCause: Sendable, Hashable, Codable {
    /// As shares of the peak.
    case drawdown(Ratio, limit: Ratio, within: TimeSpan)
    /// As shares of the equity that the week began with.
    case weeklyLoss(Ratio, limit: Ratio)
    case lossStreak(Int64, within: TimeSpan)

    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case drawdown
        case weeklyLoss = "weekly_loss"
        case lossStreak = "loss_streak"
    }

    package var kind: Kind {
        switch self {
        case .drawdown: .drawdown
        case .weeklyLoss: .weeklyLoss
        case .lossStreak: .lossStreak
        }
    }

    /// The same case, whatever the figures.
    var withoutFigures: LossCause {
        switch self {
        case .drawdown: .drawdown(.zero, limit: .zero, within: .zero)
        case .weeklyLoss: .weeklyLoss(.zero, limit: .zero)
        case .lossStreak: .lossStreak(0, within: .zero)
        }
    }
}

/// Nothing is entered until a time; protection and exits go on.
package struct EntryPause: Sendable, Hashable, Codable {
    package let cause: LossCause
    package let since: Timestamp
    /// Not any more from then on.
    package let until: Timestamp
    /// Positions are reduced to this share of equity meanwhile.
    package let gross: Ratio?

    var withoutFigures: EntryPause {
        let never = Timestamp(nanoseconds: 0)
        return EntryPause(cause: cause.withoutFigures, since: never, until: never, gross: nil)
    }
}
