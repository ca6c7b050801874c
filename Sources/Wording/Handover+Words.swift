import Orchestration
import Trading

extension SymbolMode {
    package var words: String {
        switch self {
        case .managed: "it is managed: policies decide about it"
        case .protected: "it is protected only: it gets a stop, and nothing else"
        case .frozen: "it is frozen: what rests for it is kept, and no policy changes it"
        case .watched: "it is watched only: nothing is sent for it"
        }
    }
}

extension PersonRequest {
    /// The symbol is shown beside it.
    package var words: String { "\(who): \(wish.words)\(symbol == nil ? ", for all that is held" : "") (\(why))" }
}

extension PersonRequest.Wish {
    package var words: String {
        switch self {
        case .close: "close it at market"
        case .part(let quantity): "close \(quantity) of it at market"
        case .fraction(let fraction): "close \(fraction.percent) of it at market"
        case .stop(let price): "stop at \(price.inCents)"
        case .target(let price): "target at \(price.inCents)"
        case .mode(let mode): mode.words
        case .approve(let id): "\(id) is approved"
        case .reject(let id): "\(id) is rejected"
        }
    }
}

extension StandingWish {
    package var words: String { "\(symbol): \(wishWords), asked by \(who) (\(why)); not done yet" }

    /// `to be closed, stop at 95.00`.
    package var wishWords: String {
        [
            limit.map { $0.isZero ? "to be closed" : "to hold at most \($0)" }, stop.map { "stop at \($0.inCents)" },
            target.map { "target at \($0.inCents)" },
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

extension PersonRefusal {
    package var words: String {
        switch self {
        case .notHeld(let symbol): "no \(symbol) is held"
        case .tooMuch(let quantity, let size): "\(size) are held, \(quantity) are more than that"
        case .tooSmall(let quantity): "\(quantity) is less than the broker trades"
        case .noFraction(let fraction):
            "a share of the position is above 0 and at most 1 (0.25 is a quarter), not \(fraction)"
        case .throughMarket(let price, let market):
            "the market is at \(market.inCents): an order at \(price.inCents) would trade at once; say `close` for that"
        case .noPrice(let symbol):
            "there is no price of \(symbol) yet, so that it cannot be said on which side of the market that is"
        case .notPositive: "a price lies above zero"
        case .watched(let symbol): "\(symbol) is watched only: hand it over first (bigbrother manage \(symbol))"
        case .observing:
            "this core only observes: nothing is sent, and nothing is kept for a run that trades; ask again in `bigbrother run`"
        case .namesNoSymbol: "it names no symbol"
        case .noProposal(let id, nil):
            "nothing of the name \(id) waits for approval; `bigbrother approvals` lists what does"
        case .noProposal(let id, let other?):
            "\(id) is not what is wanted any more; \(other) has taken its place (bigbrother approvals)"
        case .answeredAlready(.approved(let who)): "\(who) has approved it already"
        case .answeredAlready(.rejected(let who)): "\(who) has rejected it already"
        case .answeredAlready(.pending): "it is not answered yet"
        case .proposalExpired(let id):
            "\(id) was asked too long ago; if it is still wanted, it is asked anew with the figures of now"
        }
    }
}

extension Proposal {
    /// The symbol is shown beside it.
    package var words: String { "\(policy) wants to \(change.words): \(reason)" }

    /// What a person can do about it.
    package var commands: String { "bigbrother approve \(id) (or: reject), until \(until.inMilliseconds)" }
}

extension Proposal.Change {
    package var words: String {
        switch self {
        case .enter(let entry):
            "\(entry.side == .buy ? "buy" : "sell short") \(entry.quantity) \(entry.limitPrice.map { "at \($0.inCents) or better" } ?? "at market"), stop at \(entry.stop.stopPrice.inCents)"
                + (entry.target.map { ", target at \($0.inCents)" } ?? "")
        case .reduce(let remaining, let size):
            remaining.isZero ? "close all \(size)" : "reduce \(size) to \(remaining)"
        case .target(let price): "rest a target at \(price.inCents)"
        }
    }
}
