// Numbers out of bytes, for the ordinary case only: nil means "ask the slow reader", never "wrong".

/// Digits with at most one point between them, as whole units with so many decimals.
func plainDecimal(_ bytes: borrowing Span<UInt8>, decimals: Int) -> Int64? {
    // Eighteen digits fit into 64 bits whatever they are.
    guard (1...18).contains(bytes.count) else { return nil }
    var units: Int64 = 0
    var point: Int?
    for index in bytes.indices {
        let digit = bytes[index] &- UInt8(ascii: "0")
        if digit <= 9 {
            units = units &* 10 &+ Int64(digit)
        } else {
            guard bytes[index] == UInt8(ascii: "."), point == nil, index > 0 else { return nil }
            point = index
        }
    }
    let places = point.map { bytes.count - 1 - $0 } ?? 0
    guard places != 0 || point == nil, places <= decimals else { return nil }
    let (scaled, overflow) = units.multipliedReportingOverflow(by: powerOfTen(decimals - places))
    return overflow ? nil : scaled
}

/// Ten to the power of `exponent`, 0 to 18.
private func powerOfTen(_ exponent: Int) -> Int64 {
    var result: Int64 = 1
    for _ in 0..<exponent { result &*= 10 }
    return result
}

/// `2014-06-09` as 20140609; that the day exists is for others to check.
func dateNumber(_ bytes: borrowing Span<UInt8>) -> Int? {
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
        let century = twoDigits(bytes, 0), let year = twoDigits(bytes, 2), let month = twoDigits(bytes, 5),
        let day = twoDigits(bytes, 8)
    else { return nil }
    return ((century * 100 + year) * 100 + month) * 100 + day
}

/// The seconds since midnight of `2014-06-09T08:01:00Z`, if that is the beginning of a minute.
func wholeMinute(_ bytes: borrowing Span<UInt8>) -> Int64? {
    guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
        bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"), let hour = twoDigits(bytes, 11),
        let minute = twoDigits(bytes, 14), twoDigits(bytes, 17) == 0, hour < 24, minute < 60
    else { return nil }
    return Int64(hour * 3_600 + minute * 60)
}

private func twoDigits(_ bytes: borrowing Span<UInt8>, _ index: Int) -> Int? {
    let (tens, ones) = (bytes[index] &- UInt8(ascii: "0"), bytes[index + 1] &- UInt8(ascii: "0"))
    return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
}

/// Adds the places of the commas from `offset` on; true when it came to the end of the line, where `offset` then is.
func findCommas(in bytes: borrowing Span<UInt8>, from offset: inout Int, _ commas: inout [Int]) -> Bool {
    var index = offset
    defer { offset = index }
    while index < bytes.count {
        let byte = bytes[index]
        // Digits, points and dashes are above the comma: one comparison for nearly all bytes.
        if byte <= UInt8(ascii: ",") {
            if byte == UInt8(ascii: ",") { commas.append(index) }
            if byte == UInt8(ascii: "\n") { return true }
        }
        index += 1
    }
    return false
}
