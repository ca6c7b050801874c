extension String {
    /// On one line of a terminal, and without power over it: what plugins say - a reason, a version, a line of their output -
    /// looks like no line of ours, and moves no cursor. Control characters, and those that turn the direction of text, are
    /// shown by their number.
    package var onOneLine: String {
        // Nearly all text is plain.
        guard unicodeScalars.contains(where: Self.isPowerful) else { return self }
        var plain = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": plain.append(contentsOf: "\\n".unicodeScalars)
            case "\t": plain.append(" ")
            case _ where Self.isPowerful(scalar):
                plain.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    private static func isPowerful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
