import FileTrust
import Foundation
import JSON
import Node
import Trading
import Wire

/// The plugins that can be found: folders with a `plugin.json`, by name. The first folder that has a name wins.
package struct PluginCatalog {
    package struct Found {
        package var manifest: PluginManifest
        package var folder: String
        package var file: SettingsFile
    }

    package private(set) var plugins: [PluginName: Found] = [:]
    private let binaries: String

    /// Where a machine and a person keep plugins for all accounts, if there are any.
    package static let sharedFolders: [String] = {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"].map { $0 + "/.config" }
        let user = [environment["XDG_CONFIG_HOME"] ?? home].compactMap { $0.map { $0 + "/bigbrother/plugins" } }
        return user + ["/usr/local/lib/bigbrother/plugins", "/usr/lib/bigbrother/plugins"]
    }()

    /// Nil for a plugin that is not there.
    package func manifest(_ name: PluginName) -> PluginManifest? { plugins[name]?.manifest }

    /// - Parameters:
    ///   - folders: searched in this order, each with its sub-folders, two levels deep.
    ///   - binaries: the folder of the running `bigbrother`, where its plugins are built too.
    /// - Throws: ``ConfigurationError`` for a manifest that is none.
    package init(folders: [String], binaries: String) throws(ConfigurationError) {
        self.binaries = binaries
        for folder in folders { try search(folder, depth: 0) }
    }

    /// Policies of a folder that anybody may drop plugins into. What cannot be used is left out, since it must not keep an
    /// account from being managed.
    /// - Parameter taken: names that no adopted policy may have, beside those of plugins that are found, with whose each is.
    /// - Returns: the policies that were added, by name; and why others were not.
    mutating func adopt(_ folder: String, taken: [PluginName: String]) -> (policies: [PluginName], leftOut: [String]) {
        var (policies, leftOut): ([PluginName], [String]) = ([], [])
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            return ([], ["\(folder): \(error.localizedDescription)"])
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            do throws(ConfigurationError) {
                var found = PluginCatalog(binaries: binaries)
                try found.search(folder + "/" + name, depth: 1)
                for (name, plugin) in found.plugins.sorted(by: { $0.key < $1.key }) {
                    if let why = objection(to: plugin, taken) {
                        leftOut.append("\(plugin.file.path): \(why)")
                        continue
                    }
                    _ = try program(plugin)
                    plugins[name] = plugin
                    policies.append(name)
                }
            } catch {
                leftOut.append("\(error)")
            }
        }
        return (policies, leftOut)
    }

    private init(binaries: String) { self.binaries = binaries }

    private func objection(to found: Found, _ taken: [PluginName: String]) -> String? {
        guard found.manifest.role == .policy else {
            return "only a policy is adopted; a \(found.manifest.role.rawValue) is named in the configuration"
        }
        let owner = plugins[found.manifest.name]?.folder ?? taken[found.manifest.name]
        return owner.map { "the name \(found.manifest.name) is taken by \($0)" }
    }

    private mutating func search(_ folder: String, depth: Int) throws(ConfigurationError) {
        let manifest = folder + "/plugin.json"
        if FileManager.default.fileExists(atPath: manifest) { try add(manifest, folder) }
        guard depth < 3 else { return }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return }
        for name in names.sorted() where !name.hasPrefix(".") {
            var isFolder: ObjCBool = false
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
                try search(path, depth: depth + 1)
            }
        }
    }

    private mutating func add(_ path: String, _ folder: String) throws(ConfigurationError) {
        let file = try SettingsFile(text: readText(path), path: path)
        let manifest = try file.decode(PluginManifest.self)
        guard !manifest.command.isEmpty else {
            throw ConfigurationError(
                path: path, line: file.line(of: JSONPath([.key("command")])), what: "command: name a program")
        }
        for (key, schema) in (manifest.settings ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let defect = schema.defect(at: JSONPath([.key("settings"), .key(key)])) else { continue }
            throw ConfigurationError(path: path, line: file.line(of: defect.path), what: "\(defect)")
        }
        if plugins[manifest.name] == nil {
            plugins[manifest.name] = Found(manifest: manifest, folder: folder, file: file)
        }
    }

    /// What the live loop needs to run a configured plugin.
    /// - Throws: ``ConfigurationError`` when it is not found, has another role, or a setting that it does not know.
    package func spec(
        for entry: Configuration.PluginEntry, role: Role, in file: SettingsFile, at place: JSONPath
    ) throws(ConfigurationError) -> PluginSpec {
        func fail(_ what: String, _ key: String = "plugin") -> ConfigurationError {
            ConfigurationError(
                path: file.path, line: file.line(of: JSONPath(place.components + [.key(key)])), what: what)
        }
        let settings = entry.settings.flatMap { $0.isNull ? nil : $0 } ?? .object([])
        guard role == .policy || entry.required == nil else {
            throw fail(
                "required: only a policy can be; without its \(role.rawValue) the core trades nothing", "required")
        }
        guard let found = plugins[entry.plugin] else {
            // It lives on another host, and judges its settings alone.
            if entry.start == false {
                return PluginSpec(name: entry.name ?? entry.plugin, role: role, settings: settings, program: nil)
            }
            let known = plugins.values.filter { $0.manifest.role == role }.map(\.manifest.name.text).sorted()
            throw fail(
                "there is no plugin \"\(entry.plugin)\"; the \(role.rawValue) plugins found are: \(known.joined(separator: ", "))"
            )
        }
        guard found.manifest.role == role else {
            throw fail("\"\(entry.plugin)\" is a \(found.manifest.role.rawValue), not a \(role.rawValue)")
        }
        do throws(SettingDefect) {
            try found.manifest.check(settings)
        } catch {
            let path = place.adding(.key("settings"))
            let defect = SettingDefect(JSONPath(path.components + error.path.components), error.why)
            throw ConfigurationError(path: file.path, line: file.line(of: defect.path), what: "\(defect)")
        }
        var program = entry.start == false ? nil : try program(found)
        program?.environment = entry.environment ?? []
        return PluginSpec(name: entry.name ?? entry.plugin, role: role, settings: settings, program: program)
    }

    /// Where a plugin's program is, and how it is started.
    /// - Throws: ``ConfigurationError`` when there is no such program.
    package func program(_ found: Found) throws(ConfigurationError) -> PluginProgram {
        let name = found.manifest.command[0]
        let candidates =
            name.hasPrefix("/") ? [name] : [found.folder + "/" + name, binaries + "/" + name, "/usr/bin/" + name]
        guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            let remedy =
                candidates.first { FileManager.default.fileExists(atPath: $0) }
                .map { "\($0) cannot be executed, chmod +x makes it" } ?? howToBuild(found)
            throw ConfigurationError(
                path: found.file.path, line: found.file.line(of: JSONPath([.key("command")])),
                what: "command: no program \"\(name)\" in \(candidates.joined(separator: ", ")); \(remedy)")
        }
        do throws(UntrustedPath) {
            try FileTrust.check(path)
            try FileTrust.check(tree: found.folder)
        } catch {
            throw ConfigurationError(
                path: found.file.path, line: nil, what: "it is not run, since others may change it: \(error)")
        }
        return PluginProgram(
            executable: path, arguments: Array(found.manifest.command.dropFirst()), directory: found.folder)
    }

    /// The project's own are products of its package, beside the core: `policy-stop-loss`.
    private func howToBuild(_ found: Found) -> String {
        let name = found.manifest.command[0]
        guard name.hasPrefix(found.manifest.role.rawValue + "-") else { return "build it in \(found.folder)" }
        return "build it: swift build -c release --product \(name)"
    }
}

/// - Throws: ``ConfigurationError`` when the file cannot be read, or others may change it (I-FILE-1).
package func readText(_ path: String) throws(ConfigurationError) -> String {
    do throws(UntrustedPath) { try FileTrust.check(path) } catch {
        throw ConfigurationError(
            path: path, line: nil, what: "what it names is run, and others may change it: \(error)")
    }
    do {
        return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
        let why = FileManager.default.fileExists(atPath: path) ? "it cannot be read as text" : "there is no such file"
        throw ConfigurationError(path: path, line: nil, what: "\(why): \(error.localizedDescription)")
    }
}
