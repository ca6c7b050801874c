import JSON

/// One thing that a back-test has other than the file: `stop-loss.trail=0.01,0.015,0.02`.
///
/// The first word is a plugin of the configuration, whose setting it is, or a key of the configuration itself, such as
/// `limits.maximum_position_weight`; words after it lead further inward.
package struct Setting: Hashable, Sendable {
    package let path: [String]
    /// Text of each value to be tried, 1 or more.
    package let values: [String]

    /// - Throws: ``SettingError``: what is wrong with the text.
    package init(_ text: String) throws {
        guard let equals = text.firstIndex(of: "=") else {
            throw SettingError("--set \(text): write NAME=VALUE, such as stop-loss.trail=0.015")
        }
        path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        values = Self.pieces(text[text.index(after: equals)...])
        guard path.allSatisfy({ !$0.isEmpty }), values.allSatisfy({ !$0.isEmpty }) else {
            throw SettingError("--set \(text): a name or a value is empty; write such as stop-loss.trail=0.01,0.02")
        }
        guard Set(values).count == values.count else {
            throw SettingError("--set \(text): a value stands twice")
        }
    }

    /// Split at commas that are in no bracket or brace.
    private static func pieces(_ text: Substring) -> [String] {
        var (pieces, piece, depth) = ([String](), "", 0)
        for character in text {
            if "[{".contains(character) { depth += 1 }
            if "]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 {
                pieces.append(piece)
                piece = ""
            } else {
                piece.append(character)
            }
        }
        return pieces + [piece]
    }

    package var name: String { path.joined(separator: ".") }
}

package struct SettingError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// One choice of each setting, in the order in which they were given.
package struct Combination: Hashable, Sendable {
    package var values: [(name: String, path: [String], value: String)]

    package static func == (one: Self, other: Self) -> Bool { one.words == other.words }
    package func hash(into hasher: inout Hasher) { hasher.combine(words) }

    /// `stop-loss.trail=0.015 take-profit.at_r=3`; empty where nothing is set.
    package var words: String { values.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

    /// Every combination, the last setting varying fastest; one that changes nothing where there are no settings.
    package static func all(of settings: [Setting]) -> [Combination] {
        settings.reduce([Combination(values: [])]) { before, setting in
            before.flatMap { one in
                setting.values.map { Combination(values: one.values + [(setting.name, setting.path, $0)]) }
            }
        }
    }

    /// How many there are, without making them; nil for more than a number can say.
    package static func count(of settings: [Setting]) -> Int? {
        var count = 1
        for setting in settings {
            let (product, overflow) = count.multipliedReportingOverflow(by: setting.values.count)
            if overflow { return nil }
            count = product
        }
        return count
    }
}
