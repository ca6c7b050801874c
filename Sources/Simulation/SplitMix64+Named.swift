import SeededRandom

extension SplitMix64 {
    /// Each kind of fault has a generator of its own, so that a fault that is switched off leaves the numbers of the others alone.
    init(seed: UInt64, name: String) {
        // FNV-1a of the name, so that equal seeds with other names give other numbers.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        self.init(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ hash)
        _ = next()
    }

    /// Both ends included; `low`, and no number is drawn, where `high` is below it.
    mutating func between(_ low: Int64, _ high: Int64) -> Int64 { low + below(high - low + 1) }
}
