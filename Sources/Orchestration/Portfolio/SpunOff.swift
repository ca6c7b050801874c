import Trading

/// Shares of another company that were handed out for what is held.
struct SpunOff: Sendable, Hashable, Codable {
    var symbol: Symbol
    var from: Symbol
    /// By which what is held has lost its value.
    var value: Money
    /// Their part of what the old shares have cost, for each of them.
    var averagePrice: Price
    var since: Timestamp
}
