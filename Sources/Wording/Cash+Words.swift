import Orchestration
import Trading

extension CashMovement {
    /// `dividend of $42.50 on NVDA`.
    package var words: String {
        let direction = amount.isNegative ? " (out)" : ""
        return "\(kind.rawValue) of \(amount.unsignedDollars)\(direction)\(symbol.map { " on \($0)" } ?? "")"
            + (reason.map { " (\($0.prefix(200)))" } ?? "")
    }
}

extension CashDone {
    package func words(_ movement: CashMovement) -> String {
        switch self {
        case .booked:
            "\(movement.words)" + (movement.kind.isProfit ? "" : "; peak and start of the day are moved by it")
        case .wasInCash: "\(movement.words); our cash had it already, now it is known what it was"
        case .wasThereBefore: "\(movement.words); it is in the figures that our books began with"
        case .corrected(let before): "\(movement.words); told before as \(before)"
        }
    }
}

extension CashDefect {
    var words: String {
        switch self {
        case .wrongSign(let kind, let amount): "a \(kind.rawValue) of \(amount)"
        }
    }
}

extension ExecutionCorrected {
    /// `100 at 189.08 was 60 at 189.10`.
    package var words: String {
        let first = "\(before.quantity) \(symbol) \(side == .sell ? "sold" : "bought") at \(before.price.inCents)"
        let change =
            realized.isZero ? "" : ", realized profit \(realized.isNegative ? "-" : "+")\(realized.unsignedDollars)"
        guard let after else {
            return "the broker has taken back an execution (\(first)); \(held) held now\(change)"
        }
        return
            "the broker has corrected an execution: \(first) was \(after.quantity) at \(after.price.inCents); \(held) held now\(change)"
    }
}

extension Money {
    var unsignedDollars: String { String(dollars.drop { $0 == "-" }) }
}
