import Trading

/// Seeded chance: SplitMix64 (Steele, Lea, Flood 2014). Each kind of fault has dice of its own, so that a fault that is
/// switched off leaves the throws of the others alone.
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64, name: String) {
        // FNV-1a of the name, so that equal seeds with other names give other throws.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        state = seed &* 0x9E37_79B9_7F4A_7C15 ^ hash
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// 0 to `bound` - 1.
    mutating func below(_ bound: Int64) -> Int64 { bound <= 0 ? 0 : Int64(next() % UInt64(bound)) }

    /// Both ends included.
    mutating func between(_ low: Int64, _ high: Int64) -> Int64 { low + below(high - low + 1) }

    /// True so many times in a thousand.
    mutating func chance(_ permille: Int64) -> Bool { below(1_000) < permille }

    mutating func pick<Item>(_ items: [Item]) -> Item { items[Int(below(Int64(items.count)))] }
}
