/// Sebastiano Vigna's SplitMix64 (https://prng.di.unimi.it/splitmix64.c): small, seeded, the same on every machine.
struct SplitMix64: Sendable, Codable {
    private var state: UInt64

    init(seed: Int64) { state = UInt64(bitPattern: seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `maximum`. The bias of the remainder does not matter for latencies.
    mutating func upTo(_ maximum: Int64) -> Int64 {
        guard maximum > 0 else { return 0 }
        return Int64(next() % (UInt64(maximum) + 1))
    }

    // Digits in a string: many JSON readers lose whole numbers above two to the power of 53.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = UInt64(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected digits")
        }
        state = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(state))
    }
}
