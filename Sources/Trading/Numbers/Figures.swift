extension String {
    /// With every number, its separators included, made one `#`: two texts that differ in their figures alone are equal.
    public var withoutFigures: String {
        var result: [UInt8] = []
        var isInNumber = false
        for byte in utf8 {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let isSeparator = byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
            if isDigit {
                if !isInNumber { result.append(UInt8(ascii: "#")) }
                isInNumber = true
            } else if !(isInNumber && isSeparator) {
                result.append(byte)
                isInNumber = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
