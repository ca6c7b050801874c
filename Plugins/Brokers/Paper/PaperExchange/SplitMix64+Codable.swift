import SeededRandom

/// As digits in a string: many JSON readers lose whole numbers above two to the power of 53.
extension SplitMix64: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let state = UInt64(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected digits")
        }
        self.init(seed: state)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(state))
    }
}
