import Foundation

/// A new plugin's folder: it builds, runs, keeps the protocol (`bigbrother check`), and has a test.
///
/// ```swift
/// let scaffold = try Scaffold(role: .policy, name: "gap-guard", language: .python, home: project)
/// try scaffold.write(to: folder)
/// ```
package struct Scaffold {
    package enum Role: String, CaseIterable { case policy, broker, provider }
    package enum Language: String, CaseIterable { case swift, python }

    /// One file: its path in the folder, and its text.
    package struct File {
        package var path: String
        package var text: String
        package var isProgram = false

        init(path: String, text: String, isProgram: Bool = false) {
            self.path = path
            self.text = text
            self.isProgram = isProgram
        }

        init(path: String, template: [UInt8], isProgram: Bool = false) {
            self.init(path: path, text: String(decoding: template, as: UTF8.self), isProgram: isProgram)
        }
    }

    package let role: Role
    package let language: Language
    package let name: String
    /// The project's folder, by which the kit is found.
    package let home: String

    /// - Throws: ``ScaffoldError`` for a name that is none.
    package init(role: Role, name: String, language: Language, home: String) throws(ScaffoldError) {
        if let why = Self.defect(of: name) { throw ScaffoldError("\"\(name)\" is no name of a plugin: \(why)") }
        self.role = role
        self.language = language
        self.name = name
        self.home = home
    }

    /// Why this can be no name, or nil. It becomes a folder, a module, and what the configuration says.
    package static func defect(of name: String) -> String? {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        guard (2...40).contains(name.count) else { return "write 2 to 40 characters" }
        guard name.allSatisfy({ (letters + "0123456789-").contains($0) }), let first = name.first,
            letters.contains(first)
        else { return "write small letters, digits and -, a letter first, such as gap-guard" }
        guard name.last != "-", !name.contains("--") else { return "- stands between two other characters" }
        guard !taken.contains(name.replacingOccurrences(of: "-", with: "")) else {
            return "the core, a kit or the language has it already; take another one"
        }
        return nil
    }

    /// Modules of the kits and their libraries, words of both languages, and what the made programs use by name: a type or
    /// a function of their own name would hide it. The core's own name is no plugin's.
    private static let taken: Set<String> = [
        "trading", "wire", "messaging", "zeromqtransport", "czeromq", "cposix", "pluginkit", "testing", "foundation",
        "glibc",
        "swift", "zmq", "bigbrotherplugin", "bigbrother", "test", "tests", "unittest", "pickle", "csv", "run",
        "decimal",
        "dataclasses", "typing", "time", "datetime", "pathlib", "tempfile", "os", "sys", "json", "import", "class",
        "def",
        "return", "for", "if", "in", "is", "as", "from", "while", "with", "pass", "try", "lambda", "struct", "func",
        "let",
        "var", "enum", "protocol", "self", "init", "default", "switch", "case", "global", "not", "and", "or", "async",
        "await", "core", "policy", "broker", "provider", "settings", "settingserror", "advice", "stopadvice",
        "recommendation", "portfoliosnapshot", "snapshot", "policymain", "brokermain", "providermain", "brokeradapter",
        "price", "money", "quantity", "ratio", "symbol", "timestamp", "order", "orders", "execution", "market",
        "marketupdate", "quote", "quotes", "bar", "books", "venue", "protect", "percent", "bounds", "submit", "cancel",
        "replace", "query", "account", "capabilities", "string", "int", "bool", "array", "set", "dictionary", "data",
        "url", "date", "error", "print", "list", "dict", "str", "map", "sum", "next", "open", "iterator", "annotated",
    ]

    /// `gap_guard`: a module in both languages.
    var module: String { name.replacingOccurrences(of: "-", with: "_") }

    /// `GapGuard`
    var type: String { name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }

    /// Makes the folder and everything in it, or nothing.
    /// - Throws: ``ScaffoldError`` when the folder is there already, and what the file system throws.
    package func write(to folder: String) throws {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: folder) else {
            throw ScaffoldError(
                "\(folder) is there already; nothing was written. Name another --folder, or move it away")
        }
        let draft = folder + ".new-\(ProcessInfo.processInfo.processIdentifier)"
        try manager.createDirectory(atPath: draft, withIntermediateDirectories: true)
        do {
            for file in files {
                let path = URL(fileURLWithPath: draft + "/" + file.path)
                try manager.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: path)
                let mode = file.isProgram ? 0o755 : 0o644
                try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: path.path)
            }
            try manager.moveItem(atPath: draft, toPath: folder)
        } catch {
            do { try manager.removeItem(atPath: draft) } catch {
                throw ScaffoldError("\(draft) is left over: \(error)")
            }
            throw error
        }
    }
}

/// Why nothing was made, and what to do.
package struct ScaffoldError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
