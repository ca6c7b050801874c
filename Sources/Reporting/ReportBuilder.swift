import Orchestration
import Trading

/// Makes a ``Report`` of what happened to a core and what it wrote down, told in its order: by a journal, or by a back-test while it runs.
///
///     var builder = ReportBuilder(ReportOptions(benchmark: "SPY"))
///     builder.take(input, at: time)          // each input, and after it its records
///     builder.take(record, at: time)
///     let report = try builder.report()
///
/// Invariants (I-RPT-1 to 3 in docs/invariants.md):
/// 1. What trades made, what cash brought, and what was paid in or out come to the change of the equity; what is left is shown.
/// 2. Money that is paid in or out, a split and a dividend are no gain and no loss.
/// 3. It keeps nothing of a symbol that was never held, and nothing of a cycle but its day.
package struct ReportBuilder: Sendable {
    let options: ReportOptions
    private(set) var ledger = Ledger()
    private(set) var curve = EquityCurve()
    private(set) var counts = Counts()
    private(set) var benchmark: Benchmark?
    /// As it was when the report begins.
    private(set) var beginning = Beginning()
    private(set) var currency = "USD"
    private(set) var account: AccountID?
    private var attribution = Attribution()
    private var cash = CashAccount()
    private var initialStops: [Symbol: Price] = [:]
    /// Its prices count when it is known whether a corporate action came before them.
    private var pending: MarketUpdate?
    private var newest: MarketUpdate?
    private var brokersPositions: [BrokerPosition] = []
    /// What the input tells of executions: by it a fill has its id.
    private var told: [ExecutionReport] = []
    private var correctedID: ExecutionID?
    /// Shares came or went since the last reading for a price that nobody has told.
    private var isAdopted = false
    private var now = Timestamp(nanoseconds: 0)
    private var ordinal: Int64 = 0

    package init(_ options: ReportOptions = ReportOptions()) {
        self.options = options
        benchmark = options.benchmark.map { Benchmark(symbol: $0) }
    }

    /// Nothing later counts: a reader may stop.
    package func isOver(at time: Timestamp) -> Bool { options.until.map { time > $0 } ?? false }

    // MARK: - What happens

    package mutating func take(_ input: Input, at time: Timestamp) {
        guard !isOver(at: time) else { return }
        flush()
        now = time
        if !told.isEmpty { told = [] }
        switch input {
        case .market(let update): (pending, newest) = (update, update)
        case .execution(let report): told = [report]
        case .orderAnswer(let answer, _): told = answer.executions
        case .executionCorrection(let correction): correctedID = correction.corrected?.executionID
        case .brokerState(let state, _):
            brokersPositions = state.positions
            (account, currency) = (state.account.id, state.account.currency)
        case .started(let start): configure(start.configuration)
        case .configured(let change): configure(change.configuration)
        case .policyReady, .policyGone, .brokerReady, .brokerGone, .providerReady, .providerGone, .cycleDue, .evaluated,
            .history, .historyMissing, .cashMovement, .brokerError, .commandNotSent, .control, .asked, .wake,
            .clockJumped, .messageGap, .protocolViolation, .pluginNotice, .misconfigured, .settingsAnswered,
            .pluginManaged, .stopping, .swapBroker, .brokerLeft, .brokerFailed, .brokerFenced, .brokerFreed:
            break
        }
    }

    private mutating func configure(_ configuration: CoreConfiguration) {
        initialStops = configuration.initialStops
        account = account ?? configuration.account
    }

    /// - Precondition: of the input that was taken last.
    package mutating func take(_ record: Record, at time: Timestamp) {
        guard !isOver(at: time) else { return }
        now = time
        switch record {
        case .cycleStarted(let start): read(start)
        case .decision(let decision):
            if let policy = attribution.take(decision, at: time) { ledger.protected(decision.symbol, by: policy) }
        case .action(let action): attribution.take(action)
        case .order(let change): take(change)
        case .unprotected(let stretch): counts.note(stretch)
        case .discrepancy(let discrepancy): take(discrepancy)
        case .corporateAction(let action, let done): take(action, done)
        case .cash(let movement, let done):
            flush()
            for effect in cash.take(movement, done) { take(effect) }
        case .correction(let correction): take(correction)
        case .alert(let alert): take(alert)
        case .policiesAnswered, .portfolio, .dispositions, .waiting, .outcome, .tradingState, .swap: break
        }
    }

    // MARK: - The market

    private mutating func flush() {
        guard let update = pending else { return }
        pending = nil
        guard !ledger.isEmpty || benchmark != nil else { return }
        for bar in update.bars ?? [] {
            ledger.see(bar, at: update.at)
            benchmark?.see(bar)
        }
        for quote in update.quotes ?? [] {
            guard let price = quote.last ?? quote.middle else { continue }
            let isPrint = quote.last != nil
            ledger.see(price, of: quote.symbol, at: min(quote.at, update.at), isPrint: isPrint)
            benchmark?.see(price, of: quote.symbol, isPrint: isPrint)
        }
        guard !beginning.unpriced.isEmpty else { return }
        let change = beginning.priceWhatWasNot(ledger)
        curve.revalue(by: change)
    }

    /// By the newest update, or a decision of this moment: prices of what is not held are not kept.
    private func seen(_ symbol: Symbol) -> Price? {
        let quote = newest?.quotes?.last { $0.symbol == symbol }
        let told = quote?.last ?? newest?.bars?.last { $0.symbol == symbol }?.close ?? quote?.middle
        return told ?? attribution.entryPrice(of: symbol, at: now)
    }

    // MARK: - Equity

    private mutating func read(_ start: CycleStarted) {
        flush()
        guard options.since.map({ now >= $0 }) ?? true else { return }
        let isFirst = curve.last == nil
        if isFirst { counts = Counts() }
        let moved = curve.read(
            reading(start.equity), isAdopted: isAdopted, benchmark: benchmark?.growth(isFirst: isFirst))
        if !moved.isZero {
            counts.paid[nil, default: .zero] += moved
            counts.note(nil, moved, at: now)
        }
        isAdopted = false
        counts.cycles += 1
        guard isFirst else { return }
        beginning = Beginning(ledger, ordinal: ordinal)
    }

    private func reading(_ equity: Money) -> EquityCurve.Reading {
        EquityCurve.Reading(
            at: now, equity: Sum(equity), profit: profit, gross: ledger.gross, net: ledger.net)
    }

    /// Of everything so far.
    private var profit: Sum { ledger.profit + counts.cashProfit }

    // MARK: - Executions

    private mutating func take(_ change: OrderChanged) {
        attribution.take(change)
        guard case .fill(let side, let quantity, let symbol, let price, _, let charges) = change.note else { return }
        flush()
        let facts = attribution[change.order]
        let report = told.first {
            $0.clientOrderID == change.order && $0.quantity == quantity && $0.price == price
        }
        var execution = Execution(
            at: now, symbol: symbol, side: side, quantity: quantity, price: price, charges: charges ?? .zero,
            cause: facts?.cause ?? cause(of: change.order, side, symbol), order: change.order,
            execution: report?.executionID ?? told.first { $0.clientOrderID == change.order }?.executionID,
            policy: facts?.policy, decision: facts?.decision)
        if execution.cause == .external { execution.policy = nil }
        let stop = execution.cause == .entry ? facts?.initialStop ?? attribution.entryStop(of: symbol) : nil
        book(execution, stop)
        if execution.cause == .entry {
            attribution.entered(symbol)
            if let policy = execution.policy { ledger.protected(symbol, by: policy) }
        }
    }

    /// An order of ours of which nothing was told before.
    private func cause(of order: ClientOrderID, _ side: Side, _ symbol: Symbol) -> Execution.Cause {
        guard order.text.hasPrefix("bb") else { return .external }
        return ledger[symbol].map { $0.isLong == (side == .sell) } ?? false ? .reduction : .entry
    }

    private mutating func book(_ execution: Execution, _ stop: Price? = nil) {
        ordinal += 1
        var execution = execution
        execution.ordinal = ordinal
        ledger.book(execution, seen: seen(execution.symbol), initialStop: stop)
    }

    private mutating func take(_ correction: ExecutionCorrected) {
        flush()
        ordinal += 1
        func execution(_ figures: ExecutionCorrected.Figures, _ id: ExecutionID?) -> Execution {
            var execution = Execution(
                at: now, symbol: correction.symbol, side: correction.side, quantity: figures.quantity,
                price: figures.price, charges: figures.charges, cause: .external, order: correction.order,
                execution: id)
            execution.ordinal = ordinal
            return execution
        }
        ledger.correct(
            execution(correction.before, correction.execution),
            to: correction.after.map { execution($0, correctedID ?? correction.execution) },
            seen: seen(correction.symbol))
    }

    // MARK: - What the broker shows

    private mutating func take(_ discrepancy: Discrepancy) {
        guard case .quantity(let theirs) = discrepancy.brokers else { return }
        flush()
        let symbol = discrepancy.symbol
        switch discrepancy.done {
        case .adopted: adopt(theirs, of: symbol, isOpening: discrepancy.kind == .openingPosition)
        case .adoptedAsSplit(let numerator, let denominator):
            ledger.split(symbol, numerator, denominator, at: now)
            adopt(theirs, of: symbol)
        case .spunOffFrom:
            let price = seen(symbol) ?? listed(symbol)?.averagePrice ?? .zero
            pay(nil, Sum(price, ledger.difference(to: theirs, of: symbol)))
            adopt(theirs, of: symbol)
        case .movedTo(let other): move(symbol, to: other)
        case .leftAsItStands, .waitsForSplit, .booked, .orderEnded, .orderEndedFillsFromPosition: break
        }
    }

    private func listed(_ symbol: Symbol) -> BrokerPosition? { brokersPositions.first { $0.symbol == symbol } }

    /// At what the broker says that it has cost, when it was there from the beginning; else at the price of now.
    private mutating func adopt(_ theirs: Quantity, of symbol: Symbol, isOpening: Bool = false) {
        let change = ledger.difference(to: theirs, of: symbol)
        guard !change.isZero else { return }
        let known = ledger[symbol]?.mark.price ?? seen(symbol)
        let average = listed(symbol)?.averagePrice
        guard let price = isOpening ? average ?? known : known ?? average, price.isPositive else { return }
        isAdopted = curve.last != nil
        book(
            Execution(
                at: now, symbol: symbol, side: change.isNegative ? .sell : .buy,
                quantity: Quantity(units: Int64(clamping: change.units.magnitude)), price: price,
                cause: isOpening ? .opening : .adopted))
        if isOpening, let stop = initialStops[symbol] { ledger.setInitialStop(stop, of: symbol) }
    }

    private mutating func move(_ symbol: Symbol, to other: Symbol) {
        isAdopted = true
        ledger.rename(symbol, to: other)
        attribution.rename(symbol, to: other)
        guard let held = ledger[other]?.quantity, let theirs = listed(other)?.quantity, theirs != held,
            !theirs.isZero, theirs.isNegative == held.isNegative
        else { return }
        ledger.split(other, Int64(theirs.units.magnitude), Int64(held.units.magnitude), at: now)
    }

    // MARK: - Corporate actions

    private mutating func take(_ action: CorporateAction, _ done: CorporateActionDone) {
        let symbol = action.symbol
        switch (action.kind, done) {
        case (.split(let numerator, let denominator), .splitApplied(let held)):
            benchmark?.split(symbol, numerator, denominator)
            guard let held, ledger[symbol] != nil else { return }
            ledger.split(symbol, numerator, denominator, at: now)
            adopt(held, of: symbol)
        case (.split(let numerator, let denominator), .splitBookedBefore):
            benchmark?.split(symbol, numerator, denominator)
        case (.dividend(let amount), .dividendApplied(let due)):
            benchmark?.dividend(symbol, amount)
            let due = cash.dividendDue(due, of: symbol, at: now)
            ledger.dividend(amount, due: due, of: symbol)
            counts.note(.dividend, due, of: symbol, at: now)
        case (.dividend(let amount), .dividendNoted): benchmark?.dividend(symbol, amount)
        case (.spinOff(_, _, _, let share), .spinOffApplied(let expected)):
            guard expected != nil else { return }
            pay(nil, -ledger.spinOff(share, of: symbol), isShares: true)
        default: break
        }
    }

    // MARK: - Cash

    private mutating func take(_ effect: CashAccount.Effect) {
        switch effect {
        case .paid(let kind, let amount): pay(kind, amount)
        case .wasPaid(let kind, let amount):
            counts.paid[kind, default: .zero] += amount
            counts.note(kind, amount, at: now)
            curve.wasPaid(amount)
        case .named(let kind, let amount):
            counts.paid[nil, default: .zero] -= amount
            counts.paid[kind, default: .zero] += amount
            counts.note(nil, -amount, at: now)
            counts.note(kind, amount, at: now)
        case .gain(let kind, let amount, let symbol):
            counts.note(kind, amount, of: symbol, at: now)
            if kind == .dividend, let symbol, ledger.pay(amount, of: symbol) { return }
            counts.gains[kind, default: .zero] += amount
        }
    }

    private mutating func pay(_ kind: CashMovement.Kind?, _ amount: Sum, isShares: Bool = false) {
        counts.paid[kind, default: .zero] += amount
        counts.note(kind, amount, at: now, isShares: isShares)
        curve.pay(amount, profit: profit)
    }

    private mutating func take(_ alert: Alert) {
        switch alert.reason {
        case .moneyMoved(let amount):
            flush()
            take(cash.moved(Sum(amount)))
        case .initialStopNotUsed: if let symbol = alert.symbol { ledger.dropInitialStop(of: symbol) }
        default: if alert.kind == .ownStop, let symbol = alert.symbol { attribution.ownStopSet(symbol) }
        }
    }

    // MARK: - The report

    /// What it comes to; more may follow.
    /// - Throws: ``ReportError``.
    package func report() throws -> Report {
        var end = self
        end.flush()
        guard let last = end.curve.last else { throw ReportError.nothing(options, seen: now) }
        if end.profit != last.profit || end.isAdopted {
            // What came after the last cycle, by the newest prices.
            let equity = last.equity + end.profit - last.profit
            _ = end.curve.read(
                EquityCurve.Reading(
                    at: max(now, last.at), equity: equity, profit: end.profit, gross: end.ledger.gross,
                    net: end.ledger.net), isAdopted: false, benchmark: end.benchmark?.growth(isFirst: false))
        }
        return try Report(end)
    }
}

extension Quote {
    /// Of a bid and an ask.
    fileprivate var middle: Price? {
        guard let bid, let ask, bid <= ask else { return nil }
        return Price(units: bid.units + (ask.units - bid.units) / 2)
    }
}
