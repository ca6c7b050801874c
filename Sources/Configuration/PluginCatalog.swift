import FileTrust
import Foundation
import JSON
import Node
import Supervision
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
    /// Manifests that are none, each with its file, its line and what is wrong: those plugins are left out, and nothing else.
    package private(set) var broken: [ConfigurationError] = []
    private let binaries: String
    /// Folders that were looked into.
    private var visited = 0
    /// Of one search; one more, and what is beyond is not looked at.
    private static let mostFolders = 2_000
    /// Policies that are adopted, each with a process of its own.
    private static let mostAdopted = 64
    /// Of the folder that is adopted: what lies in it, and bytes of all its manifests.
    private static let mostEntries = 256
    private static let mostManifestBytes = 1 << 20
    /// Manifests that are told to be left out.
    private static let mostTold = 100
    private var manifestBytes = 0

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
    package init(folders: [String], binaries: String) {
        self.binaries = binaries
        for folder in folders {
            visited = 0
            search(folder, depth: 0)
        }
    }

    /// Policies of a folder that anybody may drop plugins into. What cannot be used is left out, since it must not keep an
    /// account from being managed.
    /// - Parameter taken: names that no adopted policy may have, beside those of plugins that are found, with whose each is.
    /// - Returns: the policies that were added, by name; and why others were not.
    mutating func adopt(_ folder: String, taken: [PluginName: String]) -> (policies: [PluginName], leftOut: [String]) {
        var (policies, leftOut): ([PluginName], [String]) = ([], [])
        guard let names = FolderListing.names(in: folder) else {
            return ([], ["\(folder): it cannot be read, or has more than \(FolderListing.mostNames) files"])
        }
        if names.count > Self.mostEntries {
            leftOut.append(
                "\(folder): it has \(names.count) entries, those after the first \(Self.mostEntries) are not looked at")
        }
        var bytes = 0
        for name in names.prefix(Self.mostEntries) {
            guard bytes <= Self.mostManifestBytes else {
                leftOut.append(
                    "\(folder): its manifests are longer than \(Self.mostManifestBytes) bytes, \(name) and what comes after it is not looked at"
                )
                break
            }
            var found = PluginCatalog(binaries: binaries)
            found.search(folder + "/" + name, depth: 1)
            bytes += found.manifestBytes
            leftOut += found.brokenWords.prefix(max(0, Self.mostTold - leftOut.count))
            for (name, plugin) in found.plugins.sorted(by: { $0.key < $1.key }) {
                let isTooMany = policies.count >= Self.mostAdopted
                if let why = isTooMany
                    ? "\(Self.mostAdopted) policies are adopted already" : objection(to: plugin, taken)
                {
                    leftOut.append("\(plugin.file.path): \(why)")
                    continue
                }
                do throws(ConfigurationError) {
                    _ = try program(plugin)
                    plugins[name] = plugin
                    policies.append(name)
                } catch {
                    leftOut.append("\(error)")
                }
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

    private mutating func search(_ folder: String, depth: Int) {
        visited += 1
        guard visited <= Self.mostFolders else {
            if visited == Self.mostFolders + 1 {
                let what = "more than \(Self.mostFolders) folders, what is beyond is not looked at"
                leaveOut(ConfigurationError(path: folder, line: nil, what: what))
            }
            return
        }
        let manifest = folder + "/plugin.json"
        if Self.kind(of: manifest) != nil { add(manifest, folder) }
        guard depth < 3, let names = FolderListing.names(in: folder) else { return }
        for name in names where Self.kind(of: folder + "/" + name) == S_IFDIR {
            search(folder + "/" + name, depth: depth + 1)
        }
    }

    /// stat(2): what it is, behind a link; nil when there is none.
    private static func kind(of path: String) -> mode_t? {
        var facts = stat()
        // A link that leads nowhere is there, too, and is told.
        guard stat(path, &facts) == 0 || lstat(path, &facts) == 0 else { return nil }
        return facts.st_mode & S_IFMT
    }

    private mutating func add(_ path: String, _ folder: String) {
        do throws(ConfigurationError) {
            let text = try TextFile.manifest(path)
            try checkTrust(path)
            manifestBytes += text.utf8.count
            let found = try Self.read(text, path, folder)
            if plugins[found.manifest.name] == nil { plugins[found.manifest.name] = found }
        } catch {
            leaveOut(error)
        }
    }

    private mutating func leaveOut(_ why: ConfigurationError) {
        if broken.count < Self.mostTold { broken.append(why) }
    }

    /// One line for each of ``broken``.
    package var brokenWords: [String] { broken.map { $0.description.foreign(atMost: Self.mostBytesTold) } }

    /// Bytes of what is told of one that is left out.
    private static let mostBytesTold = 1_000

    private static func read(_ text: String, _ path: String, _ folder: String) throws(ConfigurationError) -> Found {
        let file = try SettingsFile(text: text, path: path)
        let manifest = try file.decode(PluginManifest.self)
        for (key, command) in [("command", manifest.command), ("doctor", manifest.doctor)] {
            guard let command, let why = defect(ofCommand: command) else { continue }
            throw ConfigurationError(path: path, line: file.line(of: JSONPath([.key(key)])), what: "\(key): \(why)")
        }
        for (key, schema) in (manifest.settings ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let defect = schema.defect(at: JSONPath([.key("settings"), .key(key)])) else { continue }
            throw ConfigurationError(path: path, line: file.line(of: defect.path), what: "\(defect)")
        }
        if let why = manifest.realMoneyDefect {
            let key = "real_money_setting"
            throw ConfigurationError(
                path: path, line: file.line(of: JSONPath([.key(key)])), what: "\(key): \(why)")
        }
        if let why = manifest.setup?.defect(in: manifest) {
            throw ConfigurationError(path: path, line: file.line(of: JSONPath([.key("setup")])), what: "setup: \(why)")
        }
        return Found(manifest: manifest, folder: folder, file: file)
    }

    private static func defect(ofCommand command: [String]) -> String? {
        guard !command.isEmpty else { return "name a program" }
        return command.first { $0.utf8.contains(0) || $0.utf8.count > mostBytesOfWord }.map {
            "\(quoted($0)) is no argument: at most \(mostBytesOfWord) bytes, and no NUL"
        }
    }

    /// Bytes of a program's name or argument.
    private static let mostBytesOfWord = 4_096

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
        if let limits = entry.limits {
            guard entry.start != false else {
                throw fail("limits: it is started elsewhere; what starts it there can limit it", "limits")
            }
            if let defect = limits.defect { throw fail("limits.\(defect.key): \(defect.why)", "limits") }
        }
        guard let found = plugins[entry.plugin] else {
            // It lives on another host, and judges its settings alone.
            if entry.start == false {
                return PluginSpec(name: entry.name ?? entry.plugin, role: role, settings: settings, program: nil)
            }
            let known = plugins.values.filter { $0.manifest.role == role }.map(\.manifest.name.text).sorted()
            let others = broken.isEmpty ? "" : "; left out: \(brokenWords.joined(separator: "; "))"
            throw fail(
                "there is no plugin \"\(entry.plugin)\"; the \(role.rawValue) plugins found are: \(known.joined(separator: ", "))\(others)"
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
        var program = entry.start == false ? nil : try program(found, limits: entry.limits)
        program?.environment = entry.environment ?? []
        return PluginSpec(name: entry.name ?? entry.plugin, role: role, settings: settings, program: program)
    }

    /// What says whether a plugin could do its work with the settings of a configuration.
    /// - Returns: nil where its manifest names nothing, and for one that is started elsewhere.
    /// - Throws: ``ConfigurationError`` when there is no such program.
    package func doctor(_ entry: Configuration.PluginEntry) throws(ConfigurationError) -> PluginProgram? {
        guard entry.start != false, let found = plugins[entry.plugin], let command = found.manifest.doctor else {
            return nil
        }
        var program = try program(found, command: command, key: "doctor", limits: entry.limits)
        program.environment = entry.environment ?? []
        return program
    }

    /// Where a plugin's program is, and how it is started.
    /// - Throws: ``ConfigurationError`` when there is no such program.
    package func program(
        _ found: Found, limits: Configuration.ProcessLimitsEntry? = nil
    ) throws(ConfigurationError) -> PluginProgram {
        try program(found, command: found.manifest.command, key: "command", limits: limits)
    }

    private func program(
        _ found: Found, command: [String], key: String, limits: Configuration.ProcessLimitsEntry?
    ) throws(ConfigurationError) -> PluginProgram {
        let name = command[0]
        let candidates =
            name.hasPrefix("/") ? [name] : [found.folder + "/" + name, binaries + "/" + name, "/usr/bin/" + name]
        guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            let remedy =
                candidates.first { FileManager.default.fileExists(atPath: $0) }
                .map { "\($0) cannot be executed, chmod +x makes it" } ?? howToBuild(found, name)
            throw ConfigurationError(
                path: found.file.path, line: found.file.line(of: JSONPath([.key(key)])),
                what: "\(key): no program \"\(name)\" in \(candidates.joined(separator: ", ")); \(remedy)")
        }
        do throws(UntrustedPath) {
            try FileTrust.check(path)
            try FileTrust.check(tree: found.folder)
        } catch {
            throw ConfigurationError(
                path: found.file.path, line: nil, what: "it is not run, since others may change it: \(error)")
        }
        return PluginProgram(
            executable: path, arguments: Array(command.dropFirst()), directory: found.folder,
            limits: ProcessLimits(
                memoryBytes: limits?.memory.map { $0 << 20 }, cpuSeconds: limits?.cpuTime?.value.wholeSeconds,
                openFiles: limits?.openFiles))
    }

    /// The project's own are products of its package, beside the core: `policy-stop-loss`.
    private func howToBuild(_ found: Found, _ name: String) -> String {
        guard name.hasPrefix(found.manifest.role.rawValue + "-") else { return "build it in \(found.folder)" }
        return "build it: swift build -c release --product \(name)"
    }
}

/// - Throws: ``ConfigurationError`` when the file cannot be read, is too long, or others may change it (I-FILE-1).
package func readText(_ path: String) throws(ConfigurationError) -> String {
    try checkTrust(path)
    return try TextFile.configuration(path)
}

/// - Throws: ``ConfigurationError`` when others may change what is at this path (I-FILE-1).
func checkTrust(_ path: String) throws(ConfigurationError) {
    do throws(UntrustedPath) { try FileTrust.check(path) } catch {
        throw ConfigurationError(
            path: path, line: nil, what: "what it names is run, and others may change it: \(error)")
    }
}
