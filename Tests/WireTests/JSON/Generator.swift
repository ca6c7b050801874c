import TestSupport

@testable import Wire

/// A seeded generator, so that a failing run can be repeated.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Any tree that the parser accepts.
    mutating func tree(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .number(number())
        case 3, 4: .string(string())
        case 5: .array((0..<count()).map { _ in tree(depth: depth + 1) })
        default: .object(members(depth: depth))
        }
    }

    private mutating func members(depth: Int) -> [JSON.Member] {
        var seen: Set<String> = []
        return (0..<count()).compactMap { _ in
            let key = string()
            let value = tree(depth: depth + 1)
            return seen.insert(key).inserted ? JSON.Member(key: key, value: value) : nil
        }
    }

    private mutating func count() -> Int {
        Int.random(in: 0..<(Int.random(in: 0..<20, using: &self) == 0 ? 40 : 5), using: &self)
    }

    private mutating func number() -> String {
        let whole = Int64.random(in: -10_000_000...10_000_000, using: &self)
        return Bool.random(using: &self) ? "\(whole)" : "\(whole).\(UInt16.random(in: 0...9999, using: &self))"
    }

    private mutating func string() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x61...0x7A, 0x00...0x7F, 0x80...0x7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<20, using: &self) {
            let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
            guard let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) else { continue }
            // Foundation drops a byte order mark inside a string; we keep it.
            guard scalar != "\u{FEFF}" else { continue }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}

/// The seeds of the property tests: fixed ones, those that once failed, and a new one for each night.
let seeds: [UInt64] = [1, 2, 3, 20_260_101, Seed.value]
