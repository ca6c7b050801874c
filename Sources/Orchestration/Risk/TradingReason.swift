import Trading

/// Why the account may trade as it may.
package enum TradingReason: Sendable, Hashable, Codable {
    /// Nobody has restricted it.
    case start
    /// A person's command, with the reason that was given.
    case command(command: Control.Command, words: String)
    /// As shares of the equity with which the day began.
    case dailyLoss(Ratio, limit: Ratio)
    /// Required, and not at work.
    case policiesMissing([PluginName])
    /// Required, at work, and without an answer for some cycles.
    case policiesSilent([PluginName])
    case policiesBack
    /// The account is in it, and the configuration's figures in another.
    case foreignCurrency(String, configured: String)
    case currencyBack
    /// Figures that do not fit: nothing can be decided on them.
    case figures(NumericError)
    /// The broker's answers and ours differ after so many rounds.
    case brokerDisagrees(rounds: Int64)
    /// An order of another journal's core has come since: two cores trade the account.
    case anotherCore(ClientOrderID)
    /// The adapter obeys another core.
    case fenced(PluginName, FenceFinding)

    /// The same case, whatever the figures.
    var withoutFigures: TradingReason {
        switch self {
        case .command(let command, let words): .command(command: command, words: words.withoutFigures)
        case .dailyLoss: .dailyLoss(.zero, limit: .zero)
        case .figures: .figures(.divisionByZero(type: ""))
        case .start, .policiesMissing, .policiesSilent, .policiesBack, .foreignCurrency,
            .currencyBack, .brokerDisagrees, .anotherCore, .fenced:
            self
        }
    }
}
