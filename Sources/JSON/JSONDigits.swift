/// The spelling of whole and decimal numbers.
package enum JSONDigits {
    /// The number that some digits with an optional minus are; nil for anything else, and for what is very large.
    package static func value(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let isNegative = text.first == ASCII.minus
        let first = isNegative ? 1 : 0
        // 19 digits fit into 64 bits without a sign.
        guard text.count > first, text.count - first <= 19 else { return nil }
        var value: UInt64 = 0
        for index in first..<text.count {
            guard ASCII.isDigit(text[index]) else { return nil }
            value = value &* 10 &+ UInt64(text[index] &- ASCII.zero)
        }
        guard let signed = Int64(exactly: value) else { return nil }
        return isNegative ? -signed : signed
    }

    /// Units of a decimal number; nil for anything that is none, and for more than 18 digits with those that are left
    /// out at the end.
    package static func units(_ text: UnsafeBufferPointer<UInt8>, decimals: Int) -> Int64? {
        let isNegative = text.first == ASCII.minus
        let first = isNegative ? 1 : 0
        var units: Int64 = 0
        var digits = 0
        var places: Int?
        for index in first..<text.count {
            let byte = text[index]
            if byte == ASCII.dot {
                guard places == nil, digits > 0 else { return nil }
                places = 0
            } else {
                guard ASCII.isDigit(byte), digits < 18 else { return nil }
                units = units &* 10 &+ Int64(byte &- ASCII.zero)
                digits += 1
                if let count = places { places = count + 1 }
            }
        }
        guard digits > 0, places != 0 else { return nil }
        let missing = decimals - (places ?? 0)
        guard missing >= 0, digits + missing <= 18 else { return nil }
        for _ in 0..<missing { units &*= 10 }
        return isNegative ? -units : units
    }

    /// Units of a decimal place, without trailing zeros: 12500 with 3 decimals is `12.5`.
    package static func append(_ units: Int64, decimals: Int, to bytes: inout [UInt8]) {
        if units < 0 { bytes.append(ASCII.minus) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { digits in
            var rest = units.magnitude
            var first = digits.count
            var places = decimals
            while places > 0, rest % 10 == 0 {
                rest /= 10
                places -= 1
            }
            // The digits behind the point, the point, and one digit at least in front of it.
            for _ in 0..<places {
                first -= 1
                digits[first] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            if places > 0 {
                first -= 1
                digits[first] = ASCII.dot
            }
            repeat {
                first -= 1
                digits[first] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }

    package static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        guard let magnitude = UInt64(exactly: value.magnitude) else {
            bytes.append(contentsOf: value.description.utf8)
            return
        }
        if value < 0 { bytes.append(ASCII.minus) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = magnitude
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }
}
