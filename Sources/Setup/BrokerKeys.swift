import Configuration
import Foundation
import Keys

/// The file with a broker's keys: lines `NAME=value`, readable by its owner alone.
package struct BrokerKeys {
    private let keys: PluginSetup.Keys
    private let path: String
    private static let mostBytes = 1_024

    package init(_ keys: PluginSetup.Keys, path: String) { (self.keys, self.path) = (keys, path) }

    package enum Origin { case wasThere, written }

    /// Checks the file that is there, or writes it: from the lines of `input`, or asked from a person.
    /// - Parameter input: text that was handed over on standard input; nil: none was.
    /// - Throws: ``SetupError``, or `KeyError` for a file that cannot be written, or that others can read. Neither has a key in it.
    package func establish(_ interview: Interview, input: String?) throws -> Origin {
        if let bytes = try GuardedFile.read(path, isSecret: true) {
            guard input == nil else {
                throw SetupError(
                    "\(path) is there already, and is not overwritten; leave the keys out, or name another file")
            }
            let missing = keys.lines.filter { Self.values(bytes)[$0.name] == nil }.map(\.name)
            guard missing.isEmpty else {
                throw SetupError(
                    "\(path) has no line \(missing.map { "\($0)=..." }.joined(separator: " and no line "))")
            }
            return .wasThere
        }
        let values = input.map { Self.values(Array($0.utf8)) } ?? [:]
        var text = ""
        if input == nil { interview.say("Keys: \(keys.source)") }
        for line in keys.lines {
            text += "\(line.name)=\(try value(line, in: values, interview, isGiven: input != nil))\n"
        }
        try GuardedFile.write(Array(text.utf8), to: path, mode: 0o600, isNew: true)
        return .written
    }

    private func value(
        _ line: PluginSetup.Keys.Line, in values: [String: String], _ interview: Interview, isGiven: Bool
    ) throws -> String {
        if isGiven {
            guard let value = values[line.name] else {
                throw SetupError("standard input has no line \(line.name)=..., the \(line.what)")
            }
            if let why = Self.defect(value) { throw SetupError("\(line.name): \(why)") }
            return value
        }
        while true {
            guard let value = try interview.secret("  \(line.what)") else {
                throw SetupError(
                    "no keys: name a file that has them with --key-file (lines \(keys.lines.map { "\($0.name)=..." }.joined(separator: ", "))), or hand the same lines over on standard input with --keys-from-input"
                )
            }
            guard let why = Self.defect(value) else { return value }
            interview.say("  \(why)")
        }
    }

    private static func values(_ bytes: [UInt8]) -> [String: String] {
        var values: [String: String] = [:]
        for line in bytes.split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)
            guard !text.hasPrefix("#"), let sign = text.firstIndex(of: "=") else { continue }
            let value = String(text[text.index(after: sign)...])
            if !value.isEmpty { values[String(text[..<sign])] = value }
        }
        return values
    }

    /// What is pasted has no blanks; what has some was pasted with something else.
    private static func defect(_ value: String) -> String? {
        guard (1...mostBytes).contains(value.utf8.count) else { return "paste it, 1 to \(mostBytes) characters" }
        guard value.utf8.allSatisfy({ (33...126).contains($0) }) else { return "a key has no blanks" }
        return nil
    }
}
