import Trading

/// An execution that was booked: the memory that books each one once, and takes it back when the broker does.
struct BookedExecution: Sendable, Hashable, Codable {
    let id: ExecutionID
    /// Nil when it came with the position, or was taken back: it is known, and changes nothing any more.
    var figures: Figures?

    /// What it did to position and cash.
    struct Figures: Sendable, Hashable, Codable {
        var side: Side
        var quantity: Quantity
        var price: Price
        /// Fees and taxes.
        var charges: Money
        /// Of the quantity, what closed a position; the rest opened one, or added to it.
        var closed: Quantity
        /// Average price of the position of which it closed a part.
        var basis: Price
        /// What it realized, less its charges.
        var realized: Money
        var at: Timestamp

        /// Positive for a purchase.
        func change(of quantity: Quantity) throws(NumericError) -> Quantity {
            side == .buy ? quantity : try quantity.negated()
        }
    }
}

extension ExecutionReport {
    /// Fees and taxes together.
    func charges() throws(NumericError) -> Money { try (fees ?? .zero) + (taxes ?? .zero) }
}

extension ExecutionCorrection.Corrected {
    func charges() throws(NumericError) -> Money { try (fees ?? .zero) + (taxes ?? .zero) }
}

enum Charges {
    /// What an execution of any size may cost without a question, in units of the currency.
    private static let unquestioned = Money(units: 1_000 * Money.scale)

    /// More than the whole value of what was traded is no fee: one wrong figure counts for no loss.
    static func areBelievable(
        _ charges: Money, price: Price, quantity: Quantity
    ) throws(NumericError) -> Bool {
        try charges.magnitude() <= max(price.times(quantity).magnitude(), unquestioned)
    }
}
