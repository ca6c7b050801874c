import JSON

/// From the names of Swift to the names of the wire and back.
enum SnakeCase {
    /// `clientOrderID` becomes `client_order_id`, `isVIXKnown` becomes `is_vix_known`.
    ///
    /// A word starts at an upper-case letter after a lower-case one or a digit, and at the last letter of a run of
    /// upper-case ones if a lower-case one follows. The plural of an abbreviation is one word: `orderIDs` becomes
    /// `order_ids`. Underscores and digits stay, so `_0` is `_0`.
    static func convert(_ name: String) -> String {
        let source = Array(name.utf8)
        guard source.contains(where: ASCII.isUppercase) else { return name }
        var result: [UInt8] = []
        result.reserveCapacity(source.count + 4)
        for (index, byte) in source.enumerated() {
            if ASCII.isUppercase(byte), startsWord(at: index, in: source) { result.append(ASCII.underscore) }
            result.append(ASCII.lowercased(byte))
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func startsWord(at index: Int, in name: [UInt8]) -> Bool {
        guard index > 0, name[index - 1] != ASCII.underscore else { return false }
        guard ASCII.isUppercase(name[index - 1]) else { return true }
        guard index + 1 < name.count, ASCII.isLowercase(name[index + 1]) else { return false }
        let isPlural =
            name[index + 1] == ASCII.lowerS && (index + 2 == name.count || ASCII.isUppercase(name[index + 2]))
        return !isPlural
    }

    /// The Swift names that could have become `wireName`, the likeliest first.
    ///
    /// The way back is not unique (`vix` was `vix`, `Vix` or `VIX`), so each word is tried in its spellings.
    static func candidates(for wireName: String) -> [String] {
        let words = wireName.split(separator: "_", omittingEmptySubsequences: true).map(String.init)
        guard !wireName.hasPrefix("_"), words.count > 0, words.count <= maximumWords else { return [wireName] }
        var names = [words[0], words[0].uppercased()]
        for word in words.dropFirst() {
            let spellings = [word.prefix(1).uppercased() + word.dropFirst(), word.uppercased(), plural(word)]
            names = spellings.flatMap { spelling in names.map { $0 + spelling } }
        }
        return names.filter { convert($0) == wireName }
    }

    /// Above this only the wire name itself is tried; 3 to the power of 5 spellings are enough.
    private static let maximumWords = 6

    private static func plural(_ word: String) -> String {
        word.hasSuffix("s") ? word.dropLast().uppercased() + "s" : word.uppercased()
    }
}
