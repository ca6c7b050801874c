import Orchestration
import Trading

extension Discrepancy {
    /// What a person reads of it: `Found at broker: 100 NVDA @ 178.00, now managed`.
    /// - Parameter state: as it is now, with the position.
    package func words(_ state: CoreState) -> String {
        let price = state.portfolio.positions[symbol].map { " @ \($0.averagePrice.inCents)" } ?? ""
        let hand = state.handWords(symbol)
        let (ours, brokers, done) = (ours.words, brokers.words, done.words)
        return switch kind {
        case .openingPosition: "Found at broker: \(brokers) \(symbol)\(price)\(hand)"
        case .externalOrder: "Found at broker: \(brokers), not placed here"
        case .externalShort: "Found at broker: \(brokers) \(symbol)\(price), a short that none of our orders made"
        case .manualTrade: "Traded elsewhere: \(symbol) from \(ours) to \(brokers)\(price)\(hand)"
        case .corporateAction: "Corporate action at the broker: \(symbol) from \(ours) to \(brokers): \(done)"
        case .missedFill: "Missed fill on \(symbol): \(brokers), \(done)"
        case .lostOrder: "Order \(order?.text ?? "?") of \(symbol) is not at the broker (\(brokers)): \(done)"
        case .statusDrift: "Order \(order?.text ?? "?") of \(symbol) is \(brokers) at the broker, not \(ours): \(done)"
        }
    }
}

extension CoreState {
    /// What is done with a position that was found: `, now managed`; empty where nothing is held.
    fileprivate func handWords(_ symbol: Symbol) -> String {
        guard let record = portfolio.positions[symbol] else { return "" }
        if run.isObserving { return ", observed: nothing is sent" }
        switch mode(of: symbol) {
        case .watched: return ", watched only: nothing is sent for it"
        case .protected: return ", protected: it gets a stop, and nothing else"
        case .frozen: return ", frozen: what rests for it is kept"
        case .managed:
            return record.isAdopted ? ", it gets a stop; `bigbrother manage \(symbol)` hands it over" : ", now managed"
        }
    }
}

extension DiscrepancyValue {
    package var words: String {
        switch self {
        case .none: "none"
        case .quantity(let quantity): "\(quantity)"
        case .order(let order): order.words
        case .status(let status): status.rawValue
        case .notBooked: "not booked"
        case .execution(let quantity, let price): "\(quantity?.description ?? "?") at \(price?.description ?? "?")"
        case .filled(let quantity, let average?): "\(quantity) at \(average) on average"
        case .filled(let quantity, nil): "\(quantity) filled"
        case .neverHad: "never had it"
        case .notOpen: "not open"
        }
    }
}

extension DiscrepancyDone {
    package var words: String {
        switch self {
        case .adopted: "adopted from the broker"
        case .adoptedAsSplit(let numerator, let denominator): "adopted as a \(numerator):\(denominator) split"
        case .leftAsItStands: "left as it stands"
        case .waitsForSplit: "waits until the broker has booked the split"
        case .booked: "booked"
        case .orderEnded: "it ends here"
        case .movedTo(let symbol): "held as \(symbol) now, with its stop, target, R and marks"
        case .spunOffFrom(let symbol): "spun off \(symbol)"
        case .orderEndedFillsFromPosition: "it ends here; what it filled is taken from the position"
        }
    }
}

extension Contradiction {
    /// Who says otherwise.
    package var witness: String { order.map { "\($0) says" } ?? "what the account is worth beyond its cash says" }
}
