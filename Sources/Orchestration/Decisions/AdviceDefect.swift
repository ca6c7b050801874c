import Trading

/// Why advice cannot be followed, whatever else is advised: it contradicts itself, or needs a figure that is not known.
package enum AdviceDefect: Error, Sendable, Hashable, Codable {
    // Quantities
    case negativeQuantity(Quantity)
    case quantityNotPositive(Quantity)
    /// A weight needs a price, an equity above zero and a weight of zero or more.
    case weightWithoutBasis
    /// A fraction lies above 0 and at most at 1.
    case fractionOutOfRange(Ratio)
    /// Neither a fraction nor a quantity, or both.
    case partialNotOne
    /// Less than the broker trades, of a position of this size.
    case belowOneLot(Quantity, of: Quantity?)
    // Prices
    /// `limit_price` and `limit_offset`.
    case twoLimits
    /// A stop by its distance takes its limit by `limit_offset`.
    case limitPriceWithDistance
    /// There is no price to count a distance from.
    case noReferencePrice
    /// Neither `stop_price` nor `distance`, or both.
    case stopNotOne
    /// `limit_offset` lies from 0 to below 1.
    case limitOffsetOutOfRange(Ratio)
    case distanceNotPositive(Price)
    /// A distance in percent is a share above 0 and below 1.
    case percentOutOfRange(Ratio)
    case multipleNotPositive(Ratio)
    /// The policy did not declare it in its needs, or it is not complete yet.
    case indicatorUnknown(Indicator)
    /// There is no initial stop on the losing side.
    case riskUnknown
    /// What a share or a range comes to.
    case distanceTooSmall(Price)
    /// Neither `price` nor `distance`, or both.
    case targetNotOne
    case stopPriceNotPositive(Price)
    case limitPriceNotPositive(Price)
    /// The limit of a stop-limit lies beyond its stop, not before it.
    case limitBeforeStop(limit: Price, stop: Price)
    case targetNotPositive(Price)
    /// Further from the market than the price collar, a share of the market's price.
    case priceTooFar(Price, market: Price, collar: Ratio)
    // Entries
    case noPrice
    /// `target` and `target_distance`.
    case twoTargets
    case notionalNotPositive(Money)
    /// A share of equity above 0 and at most `most`.
    case riskOutOfRange(Ratio, most: Ratio)
    /// A size by risk needs a stop away from the reference and an equity above zero.
    case riskWithoutBasis(reference: Price)
    /// Not one of quantity, notional and risk.
    case sizeNotOne
    case stopNotOnLosingSide(stop: Price, of: Price)
    case targetNotOnWinningSide(target: Price, of: Price)
    // The portfolio
    case noSymbol
    /// An exposure names a list of symbols, never one.
    case exposureWithSymbol
    /// An exposure needs an equity above zero and a weight of zero or more.
    case exposureWithoutBasis
    /// A name has 1 to 64 bytes.
    case advisoryName
    /// So many advisories of the policy stand already.
    case tooManyAdvisories(Int)
    /// Figures that do not fit.
    case figures(NumericError)
}
