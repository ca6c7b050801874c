import Orchestration
import Trading
import Wording

/// What a core that observes would have sent, and what that would have come to by now.
package struct ObservedAction: Encodable {
    package var at: Timestamp
    package var symbol: Symbol
    package var words: String
    /// The market then; nil when there was no price.
    package var price: Price?
    /// Of a sale or purchase at market: what it would have gained by now against doing nothing, at the believed price.
    /// Without fees. Nil for what would rest.
    package var difference: Money?
    /// Shares that would have been traded at market; nil for what would rest.
    private var traded: Quantity?
    private var isSale = false

    private enum CodingKeys: String, CodingKey { case at, symbol, words, price, difference }

    /// Nil where the plan waits for something else.
    init?(_ waiting: Waiting, _ state: CoreState) {
        guard case .observing(let action)? = waiting.why else { return nil }
        at = state.now
        symbol = waiting.symbol
        words = action.words
        guard case .close(let side, let quantity, _) = action else {
            price = state.market.price(of: symbol)
            return
        }
        price = state.market.executable(symbol, side: side)
        (isSale, traded) = (side == .sell, quantity)
    }

    /// By the prices of now.
    mutating func value(_ state: CoreState) {
        guard let traded, let price, let now = state.market.price(of: symbol) else { return }
        do {
            difference = try isSale ? price.times(traded) - now.times(traded) : now.times(traded) - price.times(traded)
        } catch { difference = nil }
    }

    package var line: String {
        let market = price.map { ", the market at \($0.text(minimumDecimals: 2))" } ?? ""
        let result = difference.map { "; by now \($0.profitWords) against doing nothing" } ?? ""
        return "\(at.inMilliseconds)  \(symbol) would \(words)\(market)\(result)"
    }
}
