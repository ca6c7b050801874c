import Trading

/// Rules of the market for small and for cash accounts: what they count, and what is told when they would have mattered.
extension Orchestrator {
    /// An execution is booked.
    /// - Parameter before: the position that it met.
    mutating func noteTrade(
        _ side: Side, _ quantity: Quantity, _ symbol: Symbol, at price: Price, before: PositionRecord?
    ) throws(NumericError) {
        guard DayTrades.concerns(symbol) else { return }
        let closes = before.map { $0.exitSide == side } ?? false
        let opens = before.map { $0.exitSide != side || $0.size < quantity } ?? true
        let day = USEquityCalendar.tradingDay(at: state.now)
        if let count = state.accountRules.dayTrades.note(symbol, opens: opens, closes: closes, day: day) {
            try tellDayTrade(symbol, count)
        }
        try noteSettlement(side, price.times(quantity), symbol, day: day)
    }

    /// Somebody else has bought it, and no execution tells when: today is the careful answer.
    mutating func noteFound(_ symbol: Symbol) {
        guard DayTrades.concerns(symbol) else { return }
        let day = USEquityCalendar.tradingDay(at: state.now)
        _ = state.accountRules.dayTrades.note(symbol, opens: true, closes: false, day: day)
    }

    private mutating func tellDayTrade(_ symbol: Symbol, _ count: Int) throws(NumericError) {
        let rule = state.configuration.limits.dayTrades
        let most = rule ?? DayTradeRule()
        guard Int64(count) == most.most + 1, try state.isSmall(most) else { return }
        alert(rule == nil ? .notice : .warning, symbol, .dayTrades(count, below: most.below, isGuarded: rule != nil))
    }

    private mutating func noteSettlement(
        _ side: Side, _ amount: Money, _ symbol: Symbol, day: Int64
    ) throws(NumericError) {
        guard let account = state.portfolio.account else { return }
        let isGuarded = state.configuration.limits.settledCashOnly
        // Who may spend more than there is has a margin account.
        let free = try account.buyingPower - state.portfolio.openings.total()
        guard isGuarded || free <= max(.zero, account.cash) else { return }
        if side == .buy {
            try state.accountRules.settlements.bought(symbol, cash: account.cash, day: day)
        } else {
            if state.accountRules.settlements.isTooSoon(symbol, day: day) {
                alert(isGuarded ? .warning : .notice, symbol, .soldUnsettled(isGuarded: isGuarded))
            }
            try state.accountRules.settlements.sold(amount, day: day)
        }
    }
}

/// What the rules of the market for small and cash accounts count.
package struct AccountRules: Sendable, Hashable, Codable {
    package internal(set) var dayTrades = DayTrades()
    package internal(set) var settlements = Settlements()

    package init() {}
}

extension CoreState {
    /// Equity, or what the day began with, is below what the rule asks for.
    func isSmall(_ rule: DayTradeRule) throws(NumericError) -> Bool {
        let equity = try marked.equity()
        return min(equity, portfolio.marks.dayStart ?? equity) < rule.below
    }
}
