import Orchestration
import Trading

extension GateRefusal {
    package var words: String {
        switch self {
        case .tradingHalted(let who, let why): "trading is halted by \(who): \(why.words)"
        case .noBudgetForQuery: "the budget of requests has no room for a query"
        case .entryBudget(let most):
            "the orders of this minute have used up the entries' half of \(most) a minute; the rest is for exits"
        case .order(let defect): "\(defect)"
        case .quantityOffIncrement(let quantity, let step): "quantity \(quantity) is no multiple of \(step)"
        case .quantityBelowMinimum(let quantity, let least): "quantity \(quantity) is below the least, \(least)"
        case .orderTypeNotTaken(let type): "the broker takes no \(type.rawValue) orders"
        case .timeInForceNotTaken(let time): "the broker takes no orders that are \(time.rawValue)"
        case .unknownOrder: "the order is not known"
        case .replacementAsksMore: "a replacement never asks for more than the order did"
        case .emptySubmission: "an empty submission"
        case .nothingHeld(let symbol): "nothing is held of \(symbol)"
        case .exitOnWrongSide(let symbol): "an exit of \(symbol) must be on the side that closes it"
        case .oversell(let held, let open, let asked):
            "it would oversell: \(held) held, \(open) already offered, \(asked) asked"
        case .priceTooFar(let price, let away, let market, let limit):
            "the price \(price) is \(away) away from the market at \(market), \(limit) is the limit"
        case .figures(let error): "\(error)"
        default: entryWords ?? "it is refused"
        }
    }

    private var entryWords: String? {
        switch self {
        case .noEntriesWhile(let state): "no entries while trading is \(state.rawValue)"
        case .entriesPaused(let pause): pause.words
        case .symbolNotAllowed(let symbol): "\(symbol) is not among the symbols that may be entered"
        case .quantityAboveLimit(let quantity, let limit): "quantity \(quantity) is above the limit of \(limit)"
        case .noPrice: "there is no price to check it against"
        case .notionalAboveLimit(let value, let limit): "its value of \(value) is above the limit of \(limit)"
        case .commitmentUnknown(let symbol): "the value of an order of \(symbol) that is under way is not known"
        case .priceOld(let symbol, let age, let limit): "the price of \(symbol) is \(age) old, \(limit) is the limit"
        case .priceAhead(let symbol, let span, let limit):
            "the price of \(symbol) is dated \(span) ahead, \(limit) is the limit"
        case .noAccount: "the broker has not told its account yet"
        case .buyingPower(let value, let free):
            "its value of \(value) is above the buying power of \(free) that is free"
        case .positionNotional(let value, let limit): "the position would be worth \(value), \(limit) is the limit"
        case .positionWeight(let value, let limit, let weight):
            "the position would be worth \(value), \(limit) is the limit, \(weight) of equity"
        case .dayTrades(let made, let open, let most, let below):
            "it may become a day trade, and \(made) were made in five business days, \(open) more were opened today; \(most) is the most with equity below \(below.dollars)"
        case .cashNotSettled(let value, let settled):
            "its value of \(value) is above the settled cash of \(settled); what was sold settles on the next business day"
        case .grossExposure(let value, let limit, let weight):
            "gross exposure would be \(value), \(limit) is the limit, \(weight) of equity"
        default: nil
        }
    }
}

extension TradingReason {
    package var words: String {
        switch self {
        case .start: "start"
        case .command(_, let words): words
        case .dailyLoss(let loss, let limit):
            "daily loss \(loss.precisePercent) \(loss > limit ? "exceeds" : "reaches") the \(limit.precisePercent) limit"
        case .policiesMissing(let names):
            "required, and not at work: \(names.map(\.text).joined(separator: ", "))"
        case .anotherCore(let order):
            "the order \(order) is another core's, placed since this one is at work: end one of the two, and say `bigbrother resume`"
        case .fenced(let name, let finding): "the broker \(name) obeys another core: \(finding.words)"
        case .policiesSilent(let names):
            "required, and without an answer: \(names.map(\.text).joined(separator: ", "))"
        case .foreignCurrency(let currency, let configured):
            "the account is in \(currency), the configuration in \(configured)"
        case .currencyBack: "the account is in the configured currency"
        case .policiesBack: "the required policies are back"
        case .figures(let error): "\(error)"
        case .brokerDisagrees(let rounds):
            "the broker's answers do not come together with ours after \(rounds) rounds"
        }
    }

    /// With the command, where it is a person's: `halt: lunch`.
    package var wordsWithCommand: String {
        guard case .command(let command, let words) = self else { return words }
        return "\(command.rawValue): \(words)"
    }
}
