/// The types that Swift sources declare, with their stored properties and cases: what synthesized coding makes JSON of.
///
/// It reads declarations by their braces, as this project formats them. Bodies of functions and computed properties are
/// skipped; a coding written by hand shows in its `CodingKeys` alone.
struct SwiftDeclarations {
    private enum Scope {
        case type(String)
        case other
    }

    /// By qualified name, `Alert.Kind`.
    private(set) var members: [String: Set<String>] = [:]

    mutating func read(_ source: String) {
        var reader = SwiftStatements(source)
        var scopes: [Scope] = []
        while let statement = reader.next() {
            let text = statement.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            switch statement.end {
            case .closes:
                if case .type(let name) = scopes.popLast() { add(text, to: name) }
            case .line: if case .type(let name) = scopes.last { add(text, to: name) }
            case .opens:
                let outer = if case .type(let name) = scopes.last { name } else { "" }
                let name = Self.declared(in: text).map { outer.isEmpty ? $0 : "\(outer).\($0)" }
                if name == nil, case .type(let outer) = scopes.last, text.contains(" = ") { add(text, to: outer) }
                if let name { members[name, default: []].formUnion([]) }
                scopes.append(name.map(Scope.type) ?? .other)
            }
        }
    }

    private static let keywords: Set<Substring> = ["struct", "enum", "class", "extension"]

    /// The name of the type that a statement begins to declare, or extends.
    private static func declared(in text: String) -> String? {
        let words = text.split { $0 == " " || $0 == ":" || $0 == "<" }
        guard let index = words.firstIndex(where: keywords.contains), index + 1 < words.count,
            !words[..<index].contains("func"), !words[..<index].contains("var"), !words[..<index].contains("case")
        else { return nil }
        return String(words[index + 1])
    }

    private static let modifiers: Set<Substring> = [
        "package", "private", "fileprivate", "internal", "public", "indirect", "private(set)", "internal(set)",
        "fileprivate(set)", "package(set)",
    ]

    private mutating func add(_ text: String, to type: String) {
        let words = text.split(separator: " ").drop(while: Self.modifiers.contains)
        guard let first = words.first, ["case", "var", "let"].contains(first) else { return }
        let member = words.joined(separator: " ")
        // What is worked out of the rest and kept for speed is written nowhere.
        guard !member.contains("Derived(") && !member.contains("Derived<") else { return }
        members[type, default: []].insert(first == "case" ? member : Self.property(member))
    }

    /// Without its default, unless that alone tells its type.
    private static func property(_ member: String) -> String {
        let parts = member.split(separator: " = ", maxSplits: 1)
        guard parts.count == 2, !parts[0].contains(":") else { return String(parts[0]) }
        return "\(parts[0]) = \(parts[1].prefix { $0 != "(" })"
    }
}

extension SwiftDeclarations {
    /// A type and all that its members name, one after the other: `Alert.Kind`, then its members, indented.
    func listing(of roots: [String]) -> String {
        var found: Set<String> = []
        var open = roots
        while let name = open.popLast() {
            guard found.insert(name).inserted else { continue }
            for member in members[name] ?? [] {
                open += Self.names(in: member).compactMap { resolve($0, from: name) }
            }
            if members["\(name).CodingKeys"] != nil { open.append("\(name).CodingKeys") }
        }
        return found.sorted().map { name in
            ([name] + (members[name] ?? []).sorted().map { "    " + $0 }).joined(separator: "\n") + "\n"
        }.joined()
    }

    /// Words that begin with a capital letter, with what follows after a dot.
    private static func names(in member: String) -> [String] {
        member.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
            .filter { $0.first?.isUppercase == true }.map(String.init)
    }

    /// Looks a name up from within a type outward, as the compiler does.
    private func resolve(_ name: String, from type: String) -> String? {
        var outer = type.split(separator: ".")
        while !outer.isEmpty {
            let candidate = outer.joined(separator: ".") + "." + name
            if members[candidate] != nil { return candidate }
            outer.removeLast()
        }
        return members[name] == nil ? nil : name
    }
}

/// Swift source cut at braces and line ends, without comments.
struct SwiftStatements {
    enum End {
        case opens
        case closes
        case line
    }

    private var rest: Substring
    private var depth = 0

    init(_ source: String) { rest = source[...] }

    /// Nil at the end.
    mutating func next() -> (text: String, end: End)? {
        var text = ""
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.hasPrefix("*/") { rest.removeFirst() }
                rest = rest.dropFirst(2)
            } else if character == "\"" {
                text += string()
            } else {
                rest.removeFirst()
                if "([".contains(character) { depth += 1 }
                if ")]".contains(character) { depth -= 1 }
                if character == "{" { return (text, .opens) }
                if character == "}" { return (text, .closes) }
                if character.isNewline, depth <= 0, isWhole(text) { return (text, .line) }
                text.append(character)
            }
        }
        return nil
    }

    private func isWhole(_ text: String) -> Bool {
        guard let last = text.last(where: { !$0.isWhitespace }) else { return false }
        return !",:".contains(last)
    }

    /// A literal with its quotes. What is interpolated holds no quote of its own where types are declared.
    private mutating func string() -> String {
        let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        var text = quote
        rest = rest.dropFirst(quote.count)
        while !rest.isEmpty, !rest.hasPrefix(quote) {
            if rest.first == "\\" { text.append(rest.removeFirst()) }
            if !rest.isEmpty { text.append(rest.removeFirst()) }
        }
        rest = rest.dropFirst(quote.count)
        return text + quote
    }
}
