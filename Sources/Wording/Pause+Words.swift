import Orchestration
import Trading

extension EntryPause {
    /// Why nothing is entered, and until when.
    package var words: String {
        "nothing is entered until \(until.inMilliseconds): \(cause.words)"
            + (gross.map { "; positions are reduced to \($0.percent) of equity" } ?? "")
    }

    var endWords: String {
        "the pause is over that began at \(since.inMilliseconds): \(cause.words); it is counted anew from now on"
    }
}

extension LossCause {
    package var words: String {
        switch self {
        case .drawdown(let fall, let limit, let within):
            "equity was \(fall.precisePercent) under its peak of the last \(within), \(limit.precisePercent) is the limit"
        case .weeklyLoss(let loss, let limit):
            "the week's loss was \(loss.precisePercent) of equity, \(limit.precisePercent) is the limit"
        case .lossStreak(let count, let within):
            count == 1
                ? "a position was closed with a loss within \(within)"
                : "\(count) positions in a row were closed with a loss within \(within)"
        }
    }
}

// MARK: - The rules, as they are configured

extension DrawdownRule {
    package var words: String { "\(limit) within \(within), for \(pause)\(grossWords(gross))" }
}

extension WeeklyLossRule {
    package var words: String {
        "\(limit), \(pause.map { "for \($0)" } ?? "until the next week")\(grossWords(gross))"
    }
}

extension LossStreakRule {
    package var words: String { "\(losses) within \(within), for \(pause)\(grossWords(gross))" }
}

extension DayTradeRule {
    package var words: String { "\(most) with equity below \(below)" }
}

private func grossWords(_ gross: Ratio?) -> String { gross.map { ", reduced to \($0) of equity" } ?? "" }
