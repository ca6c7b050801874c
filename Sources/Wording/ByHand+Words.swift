import Orchestration
import Trading

extension ExitHindrance {
    /// What waits for which order, and what to do about it.
    package var words: String {
        switch self {
        case .heldByOthers(let symbol, let waiting, let all, let orders):
            let verb = orders.first?.side == .buy ? "bought back" : "sold"
            let now = waiting == all ? "nothing is \(verb) now" : "\(waiting) of the \(all) are not \(verb) now"
            return "\(symbol): \(now), it waits for \(orders.holdWords)"
        case .crossesOthers(let symbol, let order):
            return
                "\(symbol): nothing is sent now, it waits for \(order.clientOrderID) (\(order.words)), which rests on the other side, so that the broker would refuse it: \([order].remedyWords)"
        }
    }
}

extension [NewOrder] {
    fileprivate var holdWords: String {
        let names = map { "\($0.clientOrderID) (\($0.words))" }.joined(separator: ", ")
        return
            "\(names), which \(count == 1 ? "holds the shares and is" : "hold the shares and are") not ours to touch: \(remedyWords)"
    }

    fileprivate var remedyWords: String {
        let commands = map { "`bigbrother hand-over \($0.clientOrderID)`" }.joined(separator: ", ")
        return count == 1
            ? "cancel it at the broker, or hand it over with \(commands)"
            : "cancel them at the broker, or hand them over with \(commands)"
    }
}

extension Release {
    /// What is given up by it and what it leaves behind; empty where that is nothing.
    package var words: [String] {
        var words: [String] = []
        if let givenUp {
            words.append(
                "given up: \(givenUp.wishWords), asked for by \(givenUp.who) (\(givenUp.why)); ask again after `bigbrother manage \(symbol)`"
            )
        }
        if leavesFlattening { words.append("it is left out of the flattening that is under way") }
        for order in executable {
            words.append(
                "\(order.id) (\(order.words)) is at the broker, stays there, and may be executed: cancel it there if it is not to be"
            )
        }
        return words
    }
}

extension StopPlace {
    /// Of a position, or of what is left of it.
    package var words: String {
        switch self {
        case .rests(let price?): "its stop at \(price.inCents) rests at the broker"
        case .rests(nil): "its trailing stop rests at the broker"
        case .planned(let price): "its stop at \(price.inCents) is planned, and does not rest at the broker now"
        case .nowhere: "it has no stop, neither at the broker nor planned"
        }
    }
}
