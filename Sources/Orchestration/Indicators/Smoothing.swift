import Trading

/// A recursive mean: seeded by the plain mean of the first `length` inputs, then
/// `mean = (mean x (length - 1) + weight x input) / (length - 1 + weight)`.
///
/// Weight 1 is Wilder's smoothing (alpha 1 / length), weight 2 the exponential one (alpha 2 / (length + 1)). The state has
/// nine decimals more than a price and is rounded half to even there, so that the errors of the steps, which add up to less
/// than `length` such units, stay far below the last decimal of a price.
struct Smoothing: Sendable, Hashable, Codable {
    let length: Int64
    let weight: Int64
    /// Inputs so far, up to `length`.
    private(set) var count: Int64 = 0
    /// The sum while `count < length`, then the mean.
    private var state = WideInteger(0)

    /// A price x 10^9 x a length of 10^3 is below 2^103: no step overflows, and a split of 10,000 to 1 fits too.
    private static let guardScale: Int128 = 1_000_000_000

    init(length: Int64, weight: Int64) {
        self.length = length
        self.weight = weight
    }

    mutating func add(_ price: Int64) {
        let input = Int128(price) * Self.guardScale
        guard count == length else {
            count += 1
            state.value += input
            if count == length { state.value = Rounding.halfEven.quotient(state.value, Int128(length)) }
            return
        }
        let sum = state.value * Int128(length - 1) + input * Int128(weight)
        state.value = Rounding.halfEven.quotient(sum, Int128(length - 1 + weight))
    }

    /// Nil until the seed is complete.
    var mean: Price? {
        guard count == length else { return nil }
        return Int64(exactly: Rounding.halfEven.quotient(state.value, Self.guardScale)).map { Price(units: $0) }
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` when the new shares' prices are no prices any more.
    mutating func split(_ numerator: Int64, _ denominator: Int64) throws(NumericError) {
        let state = Rounding.halfEven.quotient(state.value * Int128(denominator), Int128(numerator))
        guard state < Int128(Int64.max) * Self.guardScale * Int128(count) || count == 0 else {
            throw .overflow(type: Price.name, operation: "mean*\(denominator)/\(numerator)")
        }
        self.state.value = state
    }
}
