import Trading

/// The price of what is held, by the newest print, close of a bar, or middle of a spread while there is no other.
///
/// A price that is far from the one before counts when a second one agrees.
struct Mark: Sendable, Hashable {
    private(set) var price: Price
    private(set) var at: Timestamp
    /// Only by its own execution, or what it cost: no market has said it.
    private(set) var isAssumed: Bool
    private var hasPrint: Bool
    private var unconfirmed: Price?

    init(assumed price: Price, at: Timestamp) {
        (self.price, self.at, isAssumed, hasPrint) = (price, at, true, false)
    }

    /// - Returns: whether it is believed.
    mutating func see(_ new: Price, at time: Timestamp, isPrint: Bool) -> Bool {
        guard new.isPositive, time >= at || isAssumed, isPrint || !hasPrint else { return false }
        let isNear = isAssumed || Self.isNear(new, price) || unconfirmed.map { Self.isNear(new, $0) } ?? false
        guard isNear else {
            unconfirmed = new
            return false
        }
        (price, at, isAssumed, unconfirmed) = (new, time, false, nil)
        hasPrint = hasPrint || isPrint
        return true
    }

    mutating func restate(_ change: (Price) -> Price) {
        price = change(price)
        unconfirmed = nil
    }

    /// Within a third of the higher one.
    static func isNear(_ one: Price, _ other: Price) -> Bool {
        abs(Int128(one.units) - Int128(other.units)) * 3 <= Int128(max(one.units, other.units))
    }
}
