import JSON
import SeededRandom

extension SplitMix64 {
    /// Any tree that the parser accepts.
    mutating func tree(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: .number(decimal())
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

    private mutating func decimal() -> String {
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
