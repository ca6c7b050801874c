/// The bytes of the JSON grammar by name.
package enum ASCII {
    package static let tab: UInt8 = 0x09
    package static let newline: UInt8 = 0x0A
    package static let carriageReturn: UInt8 = 0x0D
    package static let space: UInt8 = 0x20
    package static let quote: UInt8 = 0x22
    package static let plus: UInt8 = 0x2B
    package static let comma: UInt8 = 0x2C
    package static let minus: UInt8 = 0x2D
    package static let dot: UInt8 = 0x2E
    package static let slash: UInt8 = 0x2F
    package static let zero: UInt8 = 0x30
    package static let nine: UInt8 = 0x39
    package static let colon: UInt8 = 0x3A
    package static let upperE: UInt8 = 0x45
    package static let upperI: UInt8 = 0x49
    package static let upperN: UInt8 = 0x4E
    package static let openBracket: UInt8 = 0x5B
    package static let backslash: UInt8 = 0x5C
    package static let closeBracket: UInt8 = 0x5D
    package static let underscore: UInt8 = 0x5F
    package static let lowerE: UInt8 = 0x65
    package static let lowerF: UInt8 = 0x66
    package static let lowerN: UInt8 = 0x6E
    package static let lowerS: UInt8 = 0x73
    package static let lowerT: UInt8 = 0x74
    package static let lowerU: UInt8 = 0x75
    package static let openBrace: UInt8 = 0x7B
    package static let closeBrace: UInt8 = 0x7D

    package static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }
    package static func isUppercase(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    package static func isLowercase(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    package static func lowercased(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte | 0x20 : byte }

    package static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? zero + nibble : 0x57 + nibble }

    package static func hexValue(_ byte: UInt8) -> UInt32? {
        if isDigit(byte) { return UInt32(byte - zero) }
        let lower = byte | 0x20
        return (0x61...0x66).contains(lower) ? UInt32(lower - 0x57) : nil
    }
}
