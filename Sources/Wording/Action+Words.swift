import Orchestration
import Trading

extension ActionSummary {
    package var words: String {
        switch self {
        case .cancel(let order):
            "cancel the \(order.role == .external ? "" : "\(order.role.rawValue) ")order: \(order.words)"
        case .moveStop(let from, let to): "move the stop from \(from.inCents) to \(to.inCents)"
        case .moveTarget(let from, let to): "move the target from \(from.inCents) to \(to.inCents)"
        case .shrinkStop(let size): "shrink the stop to \(size)"
        case .close(let side, let quantity, let symbol): "\(side.rawValue) \(quantity) \(symbol) at market"
        case .closeAtLimit(let side, let quantity, let symbol, let limit):
            "\(side.rawValue) \(quantity) \(symbol) at \(limit.inCents) or better"
        case .protect(let quantity, let symbol, let stop, nil):
            "\(stop.name) \(quantity) \(symbol) @ \(stop.stopPrice.inCents)"
        case .protect(let quantity, let symbol, let stop, let target?):
            "\(stop.name) \(quantity) \(symbol) @ \(stop.stopPrice.inCents) and take-profit @ \(target.inCents), one OCO group"
        case .enter(let side, let quantity, let symbol, let stop, let target):
            "\(side.rawValue) \(quantity) \(symbol), stop \(stop.inCents)"
                + (target.map { ", target \($0.inCents), one bracket" } ?? "")
        }
    }
}

extension ProtectiveStop {
    fileprivate var name: String { limitPrice == nil ? "stop" : "stop-limit" }
}

extension ActionReason {
    package var words: String {
        switch self {
        case .nothingHeld: "nothing is held any more"
        case .exitWouldOpen: "it would open or add to a position, not close one"
        case .overCommitted: "more shares are in open exits than are held"
        case .sharesNeeded(let quantity): "its shares are needed for selling \(quantity)"
        case .marketThroughStop(let stop):
            "the market is through the stop at \(stop.inCents); a stop can no longer rest"
        case .targetPosition(let rest): "target position: \(rest)"
        case .stopMoves(let from, let to): "the stop moves from \(from.inCents) to \(to.inCents)"
        case .regroupedWithTarget: "it comes back at once in one OCO group with the target"
        case .noTargetPlanned: "the plan has no target any more"
        case .targetMoves: "the plan's target has moved"
        case .executesNothing: "the venue has taken it out of the market, and it protects nothing"
        case .doesNotProtect(let size): "it does not protect \(size) shares, and holds what the stop needs"
        case .unprotected: "protect what is held"
        case .unprotectedWithTarget: "protect what is held, with its target"
        case .tradingRestricted: "trading is restricted: there are no entries"
        case .noEntryPlanned: "the plan has no entry any more"
        case .otherSidePlanned: "the plan enters the other side"
        case .otherEntryPlanned: "the plan enters with another price, size or stop"
        case .reductionWithdrawn: "nobody wants this exit any more"
        case .exitNotTaken: "the market has left its limit behind"
        case .filledPartUnprotected: "what is filled already has no stop"
        case .positionReducing: "the position is being reduced"
        case .entryPlanned: "the plan enters"
        }
    }
}

extension IntendedStep {
    package var words: String {
        switch self {
        case .enter(let side, let quantity, let symbol, let stop):
            "\(side.rawValue) \(quantity) \(symbol), stop \(stop.inCents)"
        case .moveStop(let price): "move the stop to \(price.inCents)"
        case .moveTarget(let price): "move the target to \(price.inCents)"
        case .cancel(let order): "cancel \(order.words), and wait until it is confirmed"
        case .close(let side, let quantity, let symbol): "\(side.rawValue) \(quantity) \(symbol) at market"
        case .stop(let quantity, let stop): "\(stop.name) \(quantity) @ \(stop.stopPrice.inCents)"
        case .target(let quantity, let price): "take-profit \(quantity) @ \(price.inCents)"
        case .watchTarget(let quantity, let price):
            "watch the target \(price.inCents) here, since the broker has no OCO, and sell \(quantity) when it is reached"
        }
    }
}

extension WaitReason {
    package var words: String {
        switch self {
        case .observing(let action): "the core observes and sends nothing; it would now: \(action.words)"
        case .watched: "it is watched only: nothing is sent for it until it is handed over (bigbrother manage)"
        case .positionDiffers: "the broker tells another position than our books; it is looked at again"
        case .listContradicts:
            "the broker's lists contradict themselves about it, or have a row that cannot be read; nothing is sent before they are sound"
        case .brokerRefused: "the broker refused an order; its state is looked at before the next"
        case .brokerSnapshot: "the broker's state is awaited"
        case .brokerRefusedRepeatedly:
            "the broker refused several orders in a row; the next try is in the next cycle"
        case .refusedEntry: "the broker refused the entry; the same is tried again later each time"
        case .refusedStop(let price):
            "the broker refused the stop at \(price.inCents) in every form; the next try comes later"
        case .refusedMove(let price):
            "the broker refused to move the stop to \(price.inCents); what rests stays, and the next try comes later"
        case .reductionTooSmall(let part, let least):
            "selling \(part) is not tried, since the broker takes no order of less than \(least)"
        case .noOrderType(let session):
            "the broker takes no order in the \(session.rawValue) session that would do it; what protects stays"
        case .entry(let why): "the entry waits, since \(why.words)"
        case .refusedReduction(let limit):
            "the broker refused the reduction to \(limit); protection comes first, the next try later"
        case .reduction(let limit, let why): "the reduction to \(limit) waits, since \(why.words)"
        case .newStop(let price, let why): "the stop at \(price.inCents) waits, since \(why.words)"
        case .stop(let price, let why):
            "the stop at \(price.inCents) waits, since the market is through it and \(why.words)"
        }
    }
}

extension NotTrading {
    fileprivate var words: String {
        switch self {
        case .halted(let symbol): "\(symbol) is halted at its market"
        case .spread(let symbol): "the quote of \(symbol) is crossed or absurdly wide"
        case .session(let session): "the broker does not trade in the \(session.rawValue) session"
        case .noStops(let session): "the broker takes no stop in the \(session.rawValue) session"
        }
    }
}
