import Orchestration
import Trading

extension Alert {
    /// What a person reads; the symbol is shown beside it.
    package var text: String {
        reason.runWords ?? reason.pluginWords ?? reason.brokerWords ?? reason.orderWords ?? reason.changeWords
            ?? reason.swapWords ?? reason.actionWords ?? "an alert"
    }
}

extension AlertReason {
    fileprivate var runWords: String? {
        switch self {
        case .started(let epoch): "started, epoch \(epoch)"
        case .observing: "observing: everything is read and decided, and no order is sent in this run"
        case .stopping(let why): "stopping: \(why)"
        case .clockSetAhead(let span): "the clock was set ahead by \(span)"
        case .configurationChanged(let why, let figures, let others):
            "the configuration has changed (\(why)): "
                + (figures.map(\.words) + others).joined(separator: "; ")
        case .configurationNeedsRestart(let what):
            "the configuration has changed, and it stays as it was until the core is started again: \(what)"
        case .configurationNotUsed(let why):
            "the changed configuration is not used, everything stays as it was: \(why)"
        case .asked(let request): request.words
        case .approvalNeeded(let proposal): "\(proposal.words). It waits for you: \(proposal.commands)"
        case .approvalNotNeeded(let id): "\(id) waits for approval no more: nobody wants it now, or it is done"
        case .priceInDoubt(let doubt): doubt.words
        case .priceSound: "its price is sound again"
        case .restricted(let state, let why): "trading is \(state.rawValue): \(why.words)"
        case .active(let why): "trading is active again: \(why.words)"
        case .entriesPaused(let pause): pause.words + "; stops and exits go on"
        case .worksWhileHalted(let terms):
            "\(terms.words) waits at the broker, and may be executed: while trading is halted no cancel is sent; `bigbrother reduce` or `resume` cancels what nobody wants any more"
        case .exitTooSmall(let quantity, let least):
            "it cannot be left: \(quantity) are worth less than the \(least) that the broker takes; close it at the broker, if it is to be closed"
        case .pauseOver(let pause): pause.endWords
        case .dayTrades(let count, let below, let isGuarded):
            "day trade number \(count) in five business days, with equity below \(below.dollars); "
                + (isGuarded
                    ? "an exit is never held back for it"
                    : "a broker that still goes by the old rule restricts a margin account for it: `limits.day_trades` keeps it from happening")
        case .soldUnsettled(let isGuarded):
            "it was bought with money that had not settled, and sold before that had: a good-faith violation in a cash account; "
                + (isGuarded
                    ? "an exit is never held back for it" : "`limits.settled_cash_only` keeps it from happening")
        default: nil
        }
    }

    fileprivate var pluginWords: String? {
        switch self {
        case .policyGone(let name, let why): "policy \(name) is gone: \(why)"
        case .providerGone(let name, let why): "provider \(name) is gone: \(why)"
        case .historyMissing(let name, let why):
            "provider \(name) gave no history: \(why); figures that need more bars wait for new ones"
        case .adviceLeftOut(let name, let count):
            "policy \(name) said more than is looked at: \(count) recommendations of this cycle were left out, about symbols that nobody holds or quotes, or too many about one"
        case .policySilent(let name, let cycles, let why, let isRequired):
            "policy \(name) has not answered \(cycles == 1 ? "in this cycle" : "for \(cycles) cycles"): \(why)"
                + (isRequired ? "; it is required: nothing is entered until it answers" : "")
        case .policyAnswersAgain(let name, let cycles):
            "policy \(name) answers again, after \(cycles) \(cycles == 1 ? "cycle" : "cycles") without an answer"
        case .settingsTaken(let plugin): "\(plugin) has taken its new settings"
        case .settingsRefused(let plugin, let why):
            "\(plugin) goes on with the settings that it had, the new ones are refused: \(why)"
        case .protocolViolation(let plugin, let why):
            "\(plugin) broke the protocol; what it sent was not taken: \(why)"
        case .pluginNotice(let plugin, let what): "\(plugin): \(what)"
        case .pluginManaged(let plugin, let what, let who, let why): "\(who): \(plugin) \(what): \(why)"
        default: nil
        }
    }

    fileprivate var brokerWords: String? {
        switch self {
        case .brokerGone(let name, let why):
            "the broker \(name) is gone: \(why); what rests at the venue stays, nothing is sent"
        case .brokerError(let name, let why): "the broker \(name) answers with an error: \(why)"
        case .brokerSilent(let name, let span, let why):
            "\(name.map { "the broker \($0)" } ?? "no broker") has not answered for \(span)"
                + (why.map { ": \($0)" } ?? "")
                + "; what rests at the venue rests, and nothing can be changed or confirmed"
        case .brokerUnreconciled(let name, let span, let why):
            "the state of the broker \(name.map(\.text) ?? "") could not be brought together with ours for \(span)"
                + (why.map { ": \($0)" } ?? "") + "; what is said of positions and stops is not confirmed"
        case .brokerFenced(let name, let finding):
            "the broker \(name) obeys another core: \(finding.words). Nothing that this one wants is done, and nothing that it says of positions and stops is confirmed. End one of the two; if this one is to trade, `bigbrother broker free \(name)`, then `bigbrother resume`"
        case .brokerFreed(let name, let who, let why):
            "\(who): the broker \(name) obeys this core from now on, whomever it has obeyed before: \(why)"
        case .brokerAnswersAgain(let name, let span):
            "the broker \(name.map(\.text) ?? "") answers again, after \(span)"
        case .rowLeftOut(let defect):
            "a row of the broker's lists is left out: \(defect.words); it is not managed here, look at it at the broker"
        case .foreignAccount(let id, let configured):
            "the broker tells the account \(id), the configuration names \(configured): nothing is sent"
        case .foreignCurrency(let currency, let configured):
            "the broker's account is in \(currency), the configuration's figures are in \(configured): nothing is entered"
        case .accountInDoubt(let cause):
            "\(cause.words); no trade of ours explains that, and nothing is decided on it until it has stayed"
        case .accountContradicts(let cause):
            "\(cause.words); cash and equity do not fit together, and the figures before are kept"
        case .accountAgreesAgain: "the account's figures agree with ours again"
        case .moneyMoved(let amount):
            (amount.isNegative ? "\(amount) less" : "\(amount) more")
                + " in cash than our trades explain: taken as paid \(amount.isNegative ? "out" : "in"); peak and start of the day are moved by it"
        case .cashMovementNotTaken(let id, let defect):
            "the broker tells of \(defect.words) (\(id)): it is not taken, and its account's figures count"
        case .brokerEmulation(let name, let emulation): "\(name): \(emulation)"
        case .messagesMissing(let name, let what): "\(what) of the broker \(name); it is asked for its state"
        case .brokerLeftDuringCycle(let cycle): "the broker left during cycle \(cycle): nothing is decided in it"
        case .brokerStateNotTaken(let defect): "the broker's state was not taken: \(defect.words)"
        case .commandNotDelivered(let why): "a command could not be delivered to the broker: \(why)"
        case .externalShort: "the account is short by somebody else's doing; it is adopted as it stands"
        case .corporateActionNotApplied(let action):
            "\(action.words): the figures do not fit what is known, and nothing was changed; look at what the broker books, and move the stop by hand if it is so"
        case .splitNotBooked(let brokers, let ours):
            "the broker has not booked the split yet: \(brokers) there, \(ours) here; nothing but a stop for the smaller figure is sent until it has"
        default: nil
        }
    }

    fileprivate var orderWords: String? {
        switch self {
        case .answerNotTaken(let order, let defect):
            "the broker's answer about \(order) was not taken: \(defect.words)"
        case .reportNotTaken(let order, let defect): "a report on \(order) was not taken: \(defect)"
        case .chargesNotTaken(let order, let charges):
            "fees and taxes of \(charges) for an execution of \(order) are more than it was worth, and are not counted; the account's figures are"
        case .executionCorrected(let correction): correction.words
        case .correctionOfUnknown(let order, let execution):
            "the broker takes back or corrects the execution \(execution) of \(order), which is not in our books; its position and orders are read again"
        case .executionNotTaken(let order, let defect): "an execution of \(order) was not taken: \(defect)"
        case .reportOnUnknownOrder(let order, let event):
            "the broker reports \(event.rawValue) on \(order), which is not known here"
        case .termsNotTaken(let order, let why):
            "terms that the broker told of \(order) were not taken: \(why.words)"
        case .reportConflicts(let order, let status, let event):
            "\(order) is \(status.rawValue), and the broker reports \(event.rawValue); it is asked"
        case .overfilled(let order, let filled, let quantity):
            "\(order) is filled beyond its quantity: \(filled) of \(quantity)"
        case .orderUnanswered(let order):
            "the broker does not say what became of \(order); nothing is done on the symbol"
        case .cancelStuck(let order): "\(order) is stuck in pending_cancel; the cancel is asked for again"
        case .orderInDoubt(let order, let span):
            "nobody has said for \(span) what became of \(order); the broker is asked on, and what that order cannot sell is protected"
        case .adoptedInDoubt(let ours, let brokers):
            "an order of ours is in doubt, and the broker shows \(brokers) where our books have \(ours): that is held and protected from now on"
        case .ordersRefused(let count, let why):
            "the broker refused \(count) orders in a row\(why.map { ", at last with: \($0)" } ?? ""); it is tried again, later each time"
        case .protectedOtherwise(let form, let quantity, let size):
            "the broker refuses its protection as planned; \(form.words)"
                + (quantity < size ? "; \(Quantity(units: size.units - quantity.units)) of \(size) have no stop" : "")
        default: nil
        }
    }

    fileprivate var changeWords: String? {
        switch self {
        case .orderEndedByOthers(let order, let event):
            "\(order.clientOrderID) (\(order.words)) is \(event.rawValue) without our asking; position and orders are read before anything takes its place"
        case .orderLives(let order): "\(order) was over by the broker's word, and lives"
        case .stopTightenedByOthers(let from, let to):
            "somebody has moved our stop from \(from.inCents) to \(to.inCents); it is tighter, and taken over"
        case .stopLoosenedByOthers(let from, let to):
            "somebody has moved our stop from \(from.inCents) to \(to.inCents); it is looser, and left there until the plan wants another one"
        case .targetMovedByOthers(let from, let to):
            "somebody has moved our target from \(from.inCents) to \(to.inCents); it is left there until the plan wants another one"
        case .orderResizedByOthers(let order, let from, let to):
            "somebody has changed \(order) from \(from) to \(to) shares; position and orders are read again"
        case .positionContradicted(let contradiction):
            "the broker lists \(contradiction.brokers), \(contradiction.ours) here, and \(contradiction.witness) otherwise; nothing but a stop for the smaller figure is sent until that is clear"
        case .orderHandedOver(let order, let who, let why):
            "\(who) has handed over \(order.clientOrderID) (\(order.words)): \(why); it is managed from now on"
        case .orderNotHandedOver(let order):
            "there is no order \(order) of somebody else's that works; nothing is handed over"
        default: nil
        }
    }

    fileprivate var swapWords: String? {
        switch self {
        case .swapRefused(let refusal): "nothing is swapped: \(refusal.words)"
        case .swapAbandoned(let work): "the broker was not swapped: \(work.words)"
        case .swapEnded(let end): "the broker was not swapped: \(end.words)"
        case .swapFailed(let why, let old): "the broker was not swapped: \(why.words); \(old) trades as before"
        case .swapRollsBack(let why, let new, let old): "\(new) does not trade: \(why.words); \(old) is taken back"
        case .brokerNotChosen(let name, let chosen): "the broker \(name) is ready, and not heard: \(chosen) trades"
        case .brokerLeaves(let name, let why): "the broker \(name) leaves as it was asked to: \(why)"
        case .chosenBrokerNotConfigured(let name, let now):
            "\(now) trades: the configuration does not name \(name) any more"
        case .swappedInBrokerTrades(let name):
            "\(name) trades, as it was swapped in; `bigbrother broker swap` changes that"
        default: nil
        }
    }

    fileprivate var actionWords: String? {
        switch self {
        case .refusedByRiskGate(let action, let why): "refused by the risk gate: \(action.words): \(why.words)"
        case .waitsForBudget(let action, let wait, let most):
            "waits \(wait), \(most) requests a minute are used up: \(action.words)"
        case .obstacle(let obstacle): obstacle.words
        case .unprotected(let quantity, let span, let nothingSent):
            "\(quantity) shares had no working stop for \(span)"
                + (nothingSent.map { "; nothing is sent: \($0.words)" } ?? "")
        case .unprotectable(let part, let worth):
            "\(part) shares, worth \(worth.dollars), have no stop: the broker takes whole multiples only; they can be lost without a word, so sell them by hand or make them whole"
        case .ownStop(let price): "no policy protects it; the core's own stop is at \(price.inCents)"
        case .initialStopNotUsed(let stop, let market):
            "initial_stops names \(stop.inCents), but the market is through it at \(market.inCents): it is not used, since it would close the position; correct it and reload"
        case .stopStuck(let isEscalated):
            "the market is through the resting stop, and it does not execute"
                + (isEscalated ? "; it gives way to a market exit" : "")
        default: nil
        }
    }
}

extension Obstacle {
    fileprivate var words: String {
        let id = order.clientOrderID
        let remedy = "it is not ours to touch: cancel it, or hand it over with `bigbrother hand-over \(id)`"
        guard let unprotected else {
            return
                "no stop can be placed: the broker refuses it while \(id) rests on the other side (\(order.words)); \(remedy)"
        }
        return "\(unprotected) shares cannot be protected: \(id) holds them (\(order.words)); \(remedy)"
    }
}

extension ProtectionForm {
    fileprivate var words: String {
        switch self {
        case .planned: "it rests as planned"
        case .alone: "its stop rests alone, and the target is watched here"
        case .wholeShares: "its stop rests for whole shares"
        case .stopLimit: "a stop-limit rests in place of the stop"
        case .wholeStopLimit: "a stop-limit for whole shares rests in place of the stop"
        }
    }
}

extension NothingSent {
    fileprivate var words: String {
        switch self {
        case .tradingHalted(let who, let why): "trading is halted by \(who): \(why.words)"
        case .swap(let from, let to): "the broker \(from) is being swapped for \(to)"
        case .brokerStateUnknown: "the broker's state is not known"
        case .refusedByBroker(let why): "the broker refuses it: \(why)"
        case .noStops(let session): "the broker takes no stop in the \(session.rawValue) session"
        case .tooFewBesideOthers(let least):
            "orders of others hold the rest, and the broker takes no order for less than \(least)"
        case .observing: "the core only observes"
        case .watched: "it is watched only, until it is handed over (bigbrother manage)"
        }
    }
}

extension BrokerStateDefect {
    package var words: String {
        switch self {
        case .position(let symbol, let quantity): "\(quantity) \(symbol) are no position"
        case .negativeAveragePrice(let symbol): "\(symbol) has an average price below zero"
        case .order(let defect): defect.words
        case .leftOut(let row):
            "\(row.list == .positions ? "position" : "order") \"\(row.name)\" cannot be said: \(row.reason)"
        case .listedTwice(let symbol, let quantities):
            "\(symbol) is listed \(quantities.count) times, as \(quantities.map(\.description).joined(separator: " and ")); nothing is sent for it"
        case .orderListedTwice(let order, let symbol):
            "the order \(order) of \(symbol) is listed twice; nothing is sent for the symbol"
        }
    }
}

extension AccountDoubtCause {
    fileprivate var words: String {
        switch self {
        case .cash(let told, let ours): "the broker tells cash of \(told), our books have \(ours)"
        case .equity(let told, let ours): "the broker tells equity of \(told), before it was \(ours)"
        }
    }
}

extension OrderStateDefect {
    fileprivate var words: String {
        switch self {
        case .quantity(let order, let quantity): "\(order) is for \(quantity)"
        case .filled(let order, let quantity): "\(order) is filled to \(quantity)"
        }
    }
}

extension TermsMismatch {
    fileprivate var words: String {
        switch self {
        case .order(let order): "they are those of \(order)"
        case .symbol(let symbol): "they are for \(symbol)"
        case .side(let side): "they are to \(side.rawValue)"
        case .quantity(let quantity): "they are for \(quantity)"
        }
    }
}

extension AnswerDefect {
    fileprivate var words: String {
        switch self {
        case .executionOf(let order): "it has an execution of \(order)"
        case .order(let defect): defect.words
        case .terms(let mismatch): "its terms are not the order's: \(mismatch.words)"
        }
    }
}

extension PriceDoubt {
    package var words: String {
        switch self {
        case .missing:
            "no price has come for it yet: nothing is decided by its price, and the core can make no stop of its own"
        case .silent(let since):
            "its price stands still since \(since.inMilliseconds): nothing newer has come, and nothing is decided by it until something does"
        case .old(let time):
            "its newest price is of \(time.inMilliseconds) by the provider's own word, and nothing is sold on it: the feed is delayed, or the provider's clock is wrong"
        case .noMarket(let since):
            "its quotes are crossed or absurdly wide since \(since.inMilliseconds): the last sound price counts"
        case .unconfirmed(let price, let believed, let since):
            "a price of \(price.inCents) is unconfirmed since \(since.inMilliseconds): \(believed.inCents) counts until a second print or the quotes agree"
        }
    }
}
