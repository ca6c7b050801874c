/// Chance that can be repeated: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine.
///
/// The reference is https://prng.di.unimi.it/splitmix64.c. It is for faults, latencies and tests, and not for keys. What takes a
/// remainder has its bias, which is below 2^-40 for ranges of less than 16 million.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    /// A generator whose seed is this goes on where this one stands.
    package private(set) var state: UInt64

    /// - Parameter seed: any number; of a negative one its 64 bits.
    package init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SplitMix64 {
    /// 0 to `bound` - 1; 0, and no number is drawn, where nothing is below it.
    package mutating func below<Number: FixedWidthInteger>(_ bound: Number) -> Number {
        bound <= 0 ? 0 : Number(next() % UInt64(bound))
    }

    /// 0 to `maximum`; 0, and no number is drawn, where it is not above zero.
    package mutating func upTo(_ maximum: Int64) -> Int64 { maximum > 0 ? below(maximum + 1) : 0 }

    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True so many times in a hundred.
    package mutating func chance(_ percent: Int64) -> Bool { below(100) < percent }

    /// True so many times in a thousand.
    package mutating func chance(permille: Int64) -> Bool { below(1_000) < permille }

    /// - Precondition: there is one.
    package mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
}
