import JSON
import Wire
import Yams

/// A YAML or JSON file as a tree, with the line of every value, so that an error can name it.
package struct SettingsFile {
    package let path: String
    package private(set) var tree: JSON
    private var lines: [String: Int] = [:]

    /// - Throws: ``ConfigurationError`` for text that is no YAML, a key that stands twice, an anchor or a tag.
    package init(text: String, path: String) throws(ConfigurationError) {
        self.path = path
        // Before any of it is expanded.
        if let defect = YAMLScan.defect(of: text) {
            throw ConfigurationError(path: path, line: defect.line, what: defect.what)
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Self.translated(error, path)
        }
        guard let root else {
            tree = .object([])
            return
        }
        var lines: [String: Int] = [:]
        tree = try Self.convert(root, at: JSONPath(), path, &lines)
        self.lines = lines
    }

    /// The same file with another tree: lines are those of the text.
    func with(_ tree: JSON) -> SettingsFile {
        var file = self
        file.tree = tree
        return file
    }

    /// Decodes the whole file; an error names file, line and key.
    package func decode<Value: Decodable>(_ type: Value.Type) throws(ConfigurationError) -> Value {
        do throws(WireDecodingError) {
            return try WireDecoder().decodeSettings(type, from: tree)
        } catch {
            var place = error.path
            if case .unknownField(let name, _) = error.reason { place.components.append(.key(name)) }
            throw ConfigurationError(path: path, line: line(of: place), what: "\(error)")
        }
    }

    /// The line of a value, or of the nearest value around it.
    package func line(of path: JSONPath) -> Int? {
        var components = path.components
        while true {
            if let line = lines[JSONPath(components).description] { return line }
            guard !components.isEmpty else { return nil }
            components.removeLast()
        }
    }

    private static func translated(_ error: any Error, _ path: String) -> ConfigurationError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            ConfigurationError(path: path, line: mark.line, what: "it is no YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            ConfigurationError(path: path, line: context.mark.line, what: "the key \(keys) stands twice; keep one")
        default: ConfigurationError(path: path, line: nil, what: "it cannot be read: \(error)")
        }
    }

    private static func convert(
        _ node: Node, at place: JSONPath, _ path: String, _ lines: inout [String: Int]
    ) throws(ConfigurationError) -> JSON {
        if let line = node.mark?.line { lines[place.description] = line }
        switch node {
        case .scalar(let scalar): return value(scalar)
        case .sequence(let sequence):
            var items: [JSON] = []
            for (index, item) in sequence.enumerated() {
                items.append(try convert(item, at: JSONPath(place.components + [.index(index)]), path, &lines))
            }
            return .array(items)
        case .mapping(let mapping):
            var members: [JSON.Member] = []
            for (key, item) in mapping {
                guard let name = key.string else {
                    throw ConfigurationError(path: path, line: key.mark?.line, what: "a key must be plain text")
                }
                let place = JSONPath(place.components + [.key(name)])
                members.append(JSON.Member(key: name, value: try convert(item, at: place, path, &lines)))
                // A value that begins below its key is named by the key.
                if let line = key.mark?.line { lines[place.description] = line }
            }
            return .object(members)
        case .alias:
            throw ConfigurationError(
                path: path, line: node.mark?.line, what: "aliases are not supported; write the value out")
        }
    }

    /// Plain text is read by the JSON-like rules that people expect: numbers, true, false, null; all else is text.
    private static func value(_ scalar: Node.Scalar) -> JSON {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "", "null", "~": return .null
        default: return isNumber(scalar.string) ? .number(scalar.string) : .string(scalar.string)
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return false }
        return parts[0] == "0" || parts[0].first != "0"
    }
}

/// What is wrong with a file that a person wrote: one sentence with the file, the line and the remedy.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    package var line: Int?
    package var what: String

    package init(path: String, line: Int?, what: String) {
        self.path = path
        self.line = line
        self.what = what
    }

    /// It repeats what stands in a file, and the file's name, which somebody else may have written.
    package var description: String {
        (line.map { "\(path) line \($0): \(what)" } ?? "\(path): \(what)").foreign(atMost: SpokenLimits.line)
    }
}
