import JSON
import Trading
import Wire

/// What `bigbrother init` asks for, and writes, so that a broker can do its work; `setup` in its manifest.
package struct PluginSetup: Decodable {
    /// The plugin reads its keys from a file that nobody else can read.
    package var keys: Keys?
    /// Settings that have no answer that suits everybody, in the order of the questions.
    package var questions: [String]?
    /// Settings that are written without a question. `@ACCOUNT@` stands for the account's id.
    package var settings: JSON?
    /// Where prices come from with this broker. A provider with the setting that ``keys`` names is given the same file, and one with the
    /// broker's setting of real money the same answer.
    package var provider: Provider?

    package struct Keys: Decodable {
        /// The setting that names the file.
        package var setting: String
        /// For a person: where such keys are made.
        package var source: String
        /// Each is a line of the file, `NAME=value`.
        package var lines: [Line]

        package struct Line: Decodable {
            package var name: String
            /// What is asked, two or three words.
            package var what: String
        }
    }

    package struct Provider: Decodable {
        package var plugin: PluginName
        package var questions: [String]?
        package var settings: JSON?
    }

    /// Why it does not fit the manifest's settings, or nil.
    func defect(in manifest: PluginManifest) -> String? {
        guard manifest.role == .broker else { return "only a broker has one" }
        let known = manifest.settings ?? [:]
        if let keys {
            guard known[keys.setting]?.type == .text else {
                return "keys: \(quoted(keys.setting)) is no setting that is a text"
            }
            guard !keys.lines.isEmpty, keys.lines.allSatisfy({ Self.isName($0.name) }) else {
                return "keys: a line has a name of capital letters, digits and _"
            }
        }
        let unknown = (questions ?? []).first { known[$0] == nil }
        return unknown.map { "questions: \(quoted($0)) is no setting of it" }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 95 }
    }
}
