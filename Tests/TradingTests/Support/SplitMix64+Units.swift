import SeededRandom

extension SplitMix64 {
    /// Any 64 bits, small ones and the edges as likely as large ones.
    mutating func units() -> Int64 {
        switch number(0...9) {
        case 0: return pick([0, 1, -1, .max, .min, .max - 1, .min + 1, 1_000_000, 100_000_000, 1_000_000_000])
        case 1: return number(-20...20) * 500
        default:
            let size = Int64(next() >> UInt64(number(1...63)))
            return chance(40) ? -size : size
        }
    }
}
