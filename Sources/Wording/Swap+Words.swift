import Orchestration
import Trading

extension SwapProgress {
    package var words: String {
        let old = from?.text ?? "?"
        return switch event {
        case .refused(let refusal): "nothing is swapped: \(refusal.words)"
        case .began: "\(to) is to trade instead of \(old); no order is sent until it does"
        case .abandoned(let work): "the swap for \(to) is given up: \(work.words); \(old) stays the one that trades"
        case .changed: "\(old) has left; \(to) is awaited, epoch \(epoch)"
        case .rolledBack(let why): "\(to) does not trade: \(why.words); \(old) is taken back, epoch \(epoch)"
        case .done: "\(to) trades instead of \(old), epoch \(epoch); no order was sent for \(frozen)"
        case .failed(let why):
            "\(old) trades as before, epoch \(epoch); \(to) does not: \(why.words); no order was sent for \(frozen)"
        case .ended(let end): "the swap of \(old) for \(to) is given up: \(end.words)"
        }
    }
}

extension SwapRefusal {
    var words: String {
        switch self {
        case .noBrokerConfigured: "no broker is configured"
        case .underWay(let from, let to): "\(from) is being swapped for \(to) already"
        case .notConfigured(let name, let configured):
            "the configuration names no broker \"\(name)\", but \(configured.map(\.text).joined(separator: ", "))"
        case .tradesAlready(let name): "\(name) trades already"
        }
    }
}

extension PendingWork {
    var words: String {
        switch self {
        case .orders(let orders, let limit):
            "after \(limit) " + orders.map { "\($0.order) is \($0.status.rawValue)" }.joined(separator: ", ")
        case .queries(let count, let limit): "after \(limit) \(count) queries had no answer"
        }
    }
}

extension SwapFailure {
    package var words: String {
        switch self {
        case .notReady(let name, let limit): "\(name) is not ready within \(limit)"
        case .notReconciled(let name, let limit): "\(name) has not told a state that fits ours within \(limit)"
        case .unknownOrder(let order, let new, let old):
            "\(new) does not know \(order), which rested when \(old) left"
        case .position(let symbol, let new, let newHas, let old, let oldHad):
            "\(new) tells \(newHas) \(symbol), \(old) told \(oldHad)"
        case .account(let new, let theirs, let ours): "\(new) trades the account \(theirs), not \(ours)"
        case .capabilities(let defect): "its capabilities cannot be used: \(defect)"
        case .cannotProtect(let symbol, let held, let protectable, let protected):
            "it can protect \(protectable) of \(held) \(symbol), \(protected) are protected now; its quantity_increment or minimum_quantity is too large"
        case .gone(let why): "it is gone: \(why)"
        case .notStarted(let why): why
        }
    }
}

extension SwapFailure? {
    var words: String { self?.words ?? "?" }
}

extension SwapEnd {
    var words: String {
        switch self {
        case .restartedBeforeLeaving(let old): "the core was started anew before \(old) had left"
        case .notConfigured(let from, let to): "the configuration does not name \(from) and \(to) any more"
        case .oldNotBack(let old, let new, let failure, let limit):
            "\(new) does not trade: \(failure.words); \(old) is not back within \(limit) either, and awaited as at any start"
        }
    }
}
