extension JSONScanner {
    /// Checks the grammar of a number and returns where it stands. Expects `index` at `-` or a digit.
    mutating func number() throws(JSONFault) -> Place {
        let start = index
        if peek() == ASCII.minus { index += 1 }
        if peek() == ASCII.upperI { throw JSONFault(.notFinite, at: start) }
        let first = index
        try digits()
        if text[first] == ASCII.zero, index > first + 1 { throw JSONFault(.leadingZero, at: first) }
        if peek() == ASCII.dot {
            index += 1
            try digits()
        }
        if let byte = peek(), byte == ASCII.lowerE || byte == ASCII.upperE {
            guard takesExponents else { throw JSONFault(.exponent, at: index) }
            index += 1
            if let sign = peek(), sign == ASCII.plus || sign == ASCII.minus { index += 1 }
            try digits()
        }
        return Place(start: start, end: index, isPlain: true)
    }

    /// One digit or more.
    private mutating func digits() throws(JSONFault) {
        let start = index
        while let byte = peek(), ASCII.isDigit(byte) { index += 1 }
        guard index > start else { throw JSONFault(.missingDigit, at: index) }
    }
}
