/// Swift source without its comments and the words of its string literals; code in interpolations stays.
///
/// Knows line comments, nested block comments, plain, multi-line and raw strings. Not regular expression literals,
/// which the core does not use.
struct SwiftText {
    private var rest: Substring
    private var code = ""
    private var literals: [Literal] = []

    /// What a string literal says between its quotes, without its interpolations.
    struct Literal {
        /// In which it begins, from 1.
        var line: Int
        var text: String
    }

    static func code(of source: String) -> String {
        var text = SwiftText(rest: source[...])
        text.readCode(closing: nil)
        return text.code
    }

    static func literals(of source: String) -> [Literal] {
        var text = SwiftText(rest: source[...])
        text.readCode(closing: nil)
        return text.literals
    }

    private init(rest: Substring) { self.rest = rest }

    /// Up to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(closing: Character?) {
        var depth = 0
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                skipBlockComment()
            } else if let hashes = openingHashes() {
                readString(hashes)
            } else {
                if closing != nil, character == ")", depth == 0 { return }
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                code.append(rest.removeFirst())
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if rest.hasPrefix("/*") {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("*/") {
                depth -= 1
                rest = rest.dropFirst(2)
            } else {
                if rest.first?.isNewline == true { code.append("\n") }
                rest = rest.dropFirst()
            }
        } while depth > 0 && !rest.isEmpty
    }

    /// The number of `#` before the quote of a string that begins here, or nil.
    private func openingHashes() -> Int? {
        let hashes = rest.prefix { $0 == "#" }.count
        return rest.dropFirst(hashes).first == "\"" ? hashes : nil
    }

    private mutating func readString(_ hashes: Int) {
        let pounds = String(repeating: "#", count: hashes)
        rest = rest.dropFirst(hashes)
        let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest = rest.dropFirst(quote.count)
        code += "\""
        var literal = Literal(line: code.count(where: \.isNewline) + 1, text: "")
        while !rest.isEmpty, !rest.hasPrefix(quote + pounds) {
            if rest.hasPrefix("\\" + pounds + "(") {
                rest = rest.dropFirst(2 + hashes)
                code += " ("
                readCode(closing: ")")
                code += ") "
                rest = rest.dropFirst()
            } else if rest.hasPrefix("\\" + pounds) {
                rest = rest.dropFirst(2 + hashes)
            } else {
                if rest.first?.isNewline == true { code.append("\n") }
                literal.text.append(rest.removeFirst())
            }
        }
        rest = rest.dropFirst(quote.count + hashes)
        code += "\""
        literals.append(literal)
    }
}
