import Trading

/// Silence of the broker is an event (I-SIL-1), and its lists are examined (I-LIST-1).
extension Orchestrator {
    /// The adapter answered a command with an error: what became of the command is unknown, and a person hears the words.
    mutating func applyBrokerError(_ name: PluginName, _ number: Int64?, _ why: String) {
        guard state.broker?.name == name else { return }
        _ = state.inFlight.answered(number)
        let now = state.now
        let isNews = state.reconciler.watch { $0.failed(why, at: now) }
        if isNews { alert(.warning, nil, .brokerError(name, why: why)) }
        // Whether it answers at all is seen by asking for everything.
        if state.reconciler.watch.unreconciledSince == nil { reconcileNow() }
    }

    /// Called with every input: what time alone has made overdue.
    mutating func checkBrokerWatch() {
        let now = state.now
        guard let overdue = state.reconciler.watch({ $0.takeOverdue(at: now) }) else { return }
        let why = state.reconciler.watch.failure
        switch overdue {
        case .silent(let since):
            alert(.emergency, nil, .brokerSilent(state.chosenBroker, for: now - since, why: why))
        case .unreconciled(let since):
            alert(.emergency, nil, .brokerUnreconciled(state.chosenBroker, for: now - since, why: why))
        }
    }

    mutating func endBrokerSilence() {
        let now = state.now
        guard let since = state.reconciler.watch({ $0.agreed(at: now) }) else { return }
        alert(.notice, nil, .brokerAnswersAgain(state.chosenBroker, after: now - since))
    }

    /// Rows that are left out are told by name, some with each reading.
    mutating func tellListDefects(_ examined: ExaminedState) {
        for found in state.reconciler.noteList(examined, at: state.now).prefix(CoreLimits.toldDefects) {
            state.reconciler.told(found, at: state.now)
            alert(.emergency, found.symbol, .rowLeftOut(found.defect))
        }
    }

    /// An order that carries the name of a core of another journal, and was placed since we agreed with the broker: another
    /// core trades this account, on another host (P8). Which of the two is right only a person knows.
    mutating func watchForAnotherCore(_ order: Order) {
        guard let since = state.broker?.reconciledAt, order.submittedAt > since, let ours = orderIDPrefix,
            order.id.text.hasPrefix("bb"), order.id.text.contains("."), !order.id.text.hasPrefix(ours)
        else { return }
        restrict(to: .halted, why: .anotherCore(order.id))
    }

    // MARK: - Whose account it is

    /// The configured account and no other, in the configured currency (I-ACCT-1).
    /// - Returns: whether the snapshot may be used.
    mutating func admitAccount(_ account: Account) -> Bool {
        let configured = state.configuration.account
        guard account.id == configured else {
            if state.reconciler.foreignAccount(account.id, at: state.now) {
                alert(.emergency, nil, .foreignAccount(account.id, configured: configured))
            }
            // It may have been told once, and of a question of long ago: nothing else would ask again.
            state.reconciler.requestSnapshot(by: state.now + state.configuration.commandTimeout)
            return false
        }
        state.reconciler.rightAccount()
        let currency = state.configuration.currency
        if state.reconciler.noteCurrency(account.currency, configured: currency) {
            alert(.emergency, nil, .foreignCurrency(account.currency, configured: currency))
        }
        watchConditions()
        return true
    }
}
