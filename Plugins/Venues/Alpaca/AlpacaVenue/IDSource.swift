import SeededRandom
import Trading

/// Ids that are the same again with the same seed.
struct IDSource: Sendable {
    private var random: SplitMix64

    init(seed: some BinaryInteger) { random = SplitMix64(seed: seed) }

    /// Of a name, the same in every run (FNV-1a).
    init(named name: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        self.init(seed: hash)
    }

    /// RFC 9562, version 4.
    mutating func uuid() -> String {
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default:
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            }
        }
    }

    /// https://github.com/ulid/spec: the time's milliseconds, then chance.
    mutating func ulid(at time: Timestamp) -> String {
        let milliseconds = UInt64(max(0, time.nanoseconds / 1_000_000))
        return Self.crockford(milliseconds, digits: 10) + Self.crockford(random.next(), digits: 8)
            + Self.crockford(random.next(), digits: 8)
    }

    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func crockford(_ value: UInt64, digits: Int) -> String {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        return String((0..<digits).reversed().map { letters[Int(value >> UInt64($0 * 5) & 31)] })
    }
}
