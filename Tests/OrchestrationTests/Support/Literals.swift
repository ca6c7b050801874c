import Trading

// Amounts and names as literals: in tests only, where a malformed one may end the process.
extension Price: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Money: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Ratio: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Quantity: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
    public init(integerLiteral count: Int64) { self.init(shares: count) }
}
extension Symbol: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension PluginName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension ClientOrderID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension AccountID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}

/// Sebastiano Vigna's SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same on every machine.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    public init(seed: UInt64) { state = seed }
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    /// A whole number of the range; the bias of the remainder does not matter here.
    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }
    package mutating func chance(_ percent: Int64) -> Bool { number(1...100) <= percent }
    package mutating func pick<Element>(_ all: [Element]) -> Element { all[Int(number(0...Int64(all.count - 1)))] }
}
