import Trading

/// What the venue takes for trades. Everything has the default 0, which is nothing.
package struct PaperFees: Sendable, Hashable, Codable {
    /// For an order of which something is executed.
    package var perOrder = Money.zero
    /// For each share.
    package var perShare = Price.zero
    /// Share of the value.
    package var percent = Ratio.zero
    /// The least of these three for an order.
    package var minimum = Money.zero
    /// The most of them for an order; nil for no limit.
    package var maximum: Money?
    /// What regulators take of sales: for a million of their value, such as 27.80.
    package var salesPerMillion = Money.zero
    /// The same for each share sold.
    package var salesPerShare = Price.zero
    /// The most of ``salesPerShare`` for an order; nil for no limit.
    package var salesMaximum: Money?
    /// Tax on the value of purchases.
    package var purchaseTax = Ratio.zero

    package init() {}

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        perOrder = try fields.decodeIfPresent(Money.self, forKey: .perOrder) ?? perOrder
        perShare = try fields.decodeIfPresent(Price.self, forKey: .perShare) ?? perShare
        percent = try fields.decodeIfPresent(Ratio.self, forKey: .percent) ?? percent
        minimum = try fields.decodeIfPresent(Money.self, forKey: .minimum) ?? minimum
        maximum = try fields.decodeIfPresent(Money.self, forKey: .maximum)
        salesPerMillion = try fields.decodeIfPresent(Money.self, forKey: .salesPerMillion) ?? salesPerMillion
        salesPerShare = try fields.decodeIfPresent(Price.self, forKey: .salesPerShare) ?? salesPerShare
        salesMaximum = try fields.decodeIfPresent(Money.self, forKey: .salesMaximum)
        purchaseTax = try fields.decodeIfPresent(Ratio.self, forKey: .purchaseTax) ?? purchaseTax
    }

    var areNothing: Bool { self == PaperFees() }
}

/// What an order has cost so far.
struct PaperCharges: Codable, Sendable, Equatable {
    var fees = Money.zero
    var taxes = Money.zero
}

extension PaperFees {
    /// What an order costs in all, with so much executed; in cents, rounded up.
    func charges(_ side: Side, _ quantity: Quantity, value: Money) throws(NumericError) -> PaperCharges {
        var fees = try perOrder + perShare.times(quantity) + value.scaled(by: percent, .up)
        fees = max(fees, minimum)
        if let maximum { fees = min(fees, maximum) }
        var charges = PaperCharges(fees: try fees.inCents())
        switch side {
        case .buy: charges.taxes = try value.scaled(by: purchaseTax, .up).inCents()
        case .sell:
            let ofValue = try value.scaled(
                numerator: salesPerMillion.units, denominator: 1_000_000 * Money.scale, .up)
            var ofShares = try salesPerShare.times(quantity)
            if let salesMaximum { ofShares = min(ofShares, salesMaximum) }
            try charges.fees += ofValue.inCents() + ofShares.inCents()
        }
        return charges
    }
}

extension Money {
    /// Rounded up.
    fileprivate func inCents() throws(NumericError) -> Money {
        try rounded(toMultipleOf: Money(units: Money.scale / 100), .up)
    }
}
