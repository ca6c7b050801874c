import FileTrust
import Foundation
import JSON
import Messaging
import Node
import Orchestration
import Trading
import Wire

/// A configuration with every path made absolute and every plugin found: ready to run.
package struct LoadedConfiguration {
    package var configuration: Configuration
    package var file: SettingsFile
    package var stateDirectory: String
    package var specs: [PluginSpec]
    package var catalog: PluginCatalog
    /// Where plugins on other hosts come in, by role.
    package var listeners: [(role: String, endpoint: Endpoint)] = []
    /// Where policies are adopted from.
    package var adoptionDirectory: String?
    private var adopted: Set<PluginName> = []
    /// What lies there and cannot be used, with the reason.
    package private(set) var leftOut: [String] = []

    package var journalPath: String { Self.journalPath(in: stateDirectory) }
    package var socketDirectory: String { stateDirectory + "/sockets" }
    package var pluginDirectory: String { stateDirectory + "/plugins" }
    /// The broker and those on standby, as far as real money is moved by them; one whose manifest is not on this host may.
    package var realMoneyBrokers: [PluginName] {
        ([configuration.broker] + (configuration.standbyBrokers ?? [])).compactMap { entry in
            let settings = entry.settings ?? .object([])
            guard catalog.manifest(entry.plugin)?.movesRealMoney(with: settings) ?? true else { return nil }
            return entry.name ?? entry.plugin
        }
    }

    /// - Parameters:
    ///   - path: the YAML file.
    ///   - home: the project's folder, whose `Plugins` are the built-in ones.
    ///   - binaries: the folder of the running `bigbrother`.
    ///   - change: what is to be other than in the file; it throws for what cannot be.
    /// - Throws: ``ConfigurationError``: one sentence with file, line and remedy.
    package init(
        path: String, home: String, binaries: String,
        changing change: (JSON) throws(ConfigurationError) -> JSON = { tree throws(ConfigurationError) in tree }
    ) throws(ConfigurationError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let text = try readText(path).replacingOccurrences(of: "${home}", with: home)
            .replacingOccurrences(of: "${here}", with: folder)
        let read = try SettingsFile(text: text, path: path)
        file = read.with(try change(read.tree))
        configuration = try file.decode(Configuration.self)
        if let defect = configuration.defect {
            throw ConfigurationError(
                path: file.path, line: file.line(of: JSONPath(defect.place.map { .key($0) })),
                what: "\(defect.place.joined(separator: ".")): \(defect.why)")
        }
        stateDirectory = Self.stateDirectory(configuration.state, configuration.account.text, folder, home)
        let own = (configuration.plugins ?? []).map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
        for (index, path) in own.enumerated() where !FileManager.default.fileExists(atPath: path) {
            let place = JSONPath([.key("plugins"), .index(index)])
            throw ConfigurationError(
                path: file.path, line: file.line(of: place), what: "plugins[\(index)]: there is no folder \(path)")
        }
        let folders = own + [home + "/Plugins"] + PluginCatalog.sharedFolders
        catalog = PluginCatalog(folders: folders, binaries: binaries)
        leftOut = catalog.brokenWords
        specs = []
        adoptionDirectory = configuration.adopt.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
        try adopt()
        try findPlugins()
        listeners = try readListeners()
    }

    private func readListeners() throws(ConfigurationError) -> [(role: String, endpoint: Endpoint)] {
        var found: [(role: String, endpoint: Endpoint)] = []
        for (role, address) in configuration.listen?.named ?? [] {
            let place = JSONPath([.key("listen"), .key(role)])
            func fail(_ what: String) -> ConfigurationError {
                ConfigurationError(path: file.path, line: file.line(of: place), what: "listen.\(role): \(what)")
            }
            let endpoint: Endpoint
            do throws(MessagingError) {
                endpoint = try Endpoint.parse(address, .curve)
            } catch {
                throw fail("\(error)")
            }
            guard endpoint.transport == .tcp else {
                throw fail("write tcp://ADDRESS:PORT; on this host plugins come by sockets in the state folder anyway")
            }
            if let other = found.first(where: { $0.endpoint == endpoint && endpoint.port != 0 }) {
                throw fail("\(address) is the \(other.role)'s already; each role has a port of its own")
            }
            guard specs.contains(where: { $0.role.rawValue == role && $0.program == nil }) else {
                throw fail(
                    "no \(role) is started elsewhere, so nobody may come in here; give one `start: false`, or leave this out"
                )
            }
            found.append((role, endpoint))
        }
        return found
    }

    /// Adopted policies work as if they were named last, with their default settings.
    private mutating func adopt() throws(ConfigurationError) {
        guard let adoptionDirectory else { return }
        guard FileManager.default.fileExists(atPath: adoptionDirectory) else {
            throw ConfigurationError(
                path: file.path, line: file.line(of: JSONPath([.key("adopt")])),
                what: "adopt: there is no folder \(adoptionDirectory)")
        }
        do throws(UntrustedPath) { try FileTrust.check(folder: adoptionDirectory) } catch {
            leftOut += ["nothing is adopted, since others may add programs: \(error)"]
            return
        }
        let found = catalog.adopt(adoptionDirectory, taken: takenNames)
        leftOut += found.leftOut
        let named = configuration.chosenPolicies
        let added = found.policies.filter { name in !named.contains { $0.plugin == name || $0.name == name } }
        adopted = Set(added)
        configuration.policies = named + added.map { Configuration.PluginEntry(plugin: $0) }
    }

    /// What the file itself names, and what an adopted policy of the same name would turn into a wrong configuration.
    private var takenNames: [PluginName: String] {
        var taken: [PluginName: String] = [
            PositionPlan.core: "the core itself", Handover.person: "the core itself",
        ]
        func take(_ entry: Configuration.PluginEntry, _ owner: String) {
            for name in [entry.plugin, entry.name].compactMap({ $0 }) { taken[name] = owner }
        }
        take(configuration.broker, "the broker")
        for entry in configuration.standbyBrokers ?? [] { take(entry, "a standby broker") }
        for entry in configuration.providers ?? [] { take(entry, "a provider") }
        for entry in configuration.chosenPolicies {
            // A policy that is named may lie in the folder that is adopted.
            if let name = entry.name, name != entry.plugin { taken[name] = "a policy that the configuration names" }
        }
        return taken
    }

    private static func stateDirectory(_ state: String?, _ account: String, _ folder: String, _ home: String) -> String
    {
        let state = state ?? "\(home)/var/\(account)"
        return state.hasPrefix("/") ? state : folder + "/" + state
    }

    /// Where the sockets of an account are, see ``stateDirectory(path:home:)``.
    package static func socketDirectory(path: String, home: String) throws(ConfigurationError) -> String {
        try stateDirectory(path: path, home: home) + "/sockets"
    }

    /// Where the state of an account is: known from a file that is otherwise wrong, so that it keeps nobody from the
    /// core that runs.
    /// - Throws: ``ConfigurationError`` for text that is no YAML, and without an account.
    package static func stateDirectory(path: String, home: String) throws(ConfigurationError) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let text = try readText(path).replacingOccurrences(of: "${home}", with: home)
            .replacingOccurrences(of: "${here}", with: folder)
        let file = try SettingsFile(text: text, path: path)
        guard let account = file.tree["account"]?.plain else {
            throw ConfigurationError(path: path, line: nil, what: "account: missing")
        }
        if let why = Configuration.defect(ofAccount: account) {
            throw ConfigurationError(path: path, line: nil, what: "account: \(why)")
        }
        return stateDirectory(file.tree["state"]?.plain, account, folder, home)
    }

    package static func journalPath(in stateDirectory: String) -> String { stateDirectory + "/journal.sqlite" }

    private mutating func findPlugins() throws(ConfigurationError) {
        specs.append(
            try catalog.spec(for: configuration.broker, role: .broker, in: file, at: JSONPath([.key("broker")])))
        for (key, role, entries) in [
            ("standby_brokers", Role.broker, configuration.standbyBrokers ?? []),
            ("providers", .provider, configuration.providers ?? []),
            ("policies", .policy, configuration.chosenPolicies),
        ] {
            for (index, entry) in entries.enumerated() {
                let place = JSONPath([.key(key), .index(index)])
                var spec = try catalog.spec(for: entry, role: role, in: file, at: place)
                guard spec.name != PositionPlan.core, spec.name != Handover.person else {
                    throw ConfigurationError(
                        path: file.path, line: file.line(of: place),
                        what:
                            "\(key)[\(index)]: the name \"\(spec.name)\" is one that the core uses itself; give it another `name`"
                    )
                }
                guard !specs.contains(where: { $0.name == spec.name }) else {
                    throw ConfigurationError(
                        path: file.path, line: file.line(of: place),
                        what: "\(key)[\(index)]: the name \"\(spec.name)\" is taken; give it another `name`")
                }
                spec.isAdopted = role == .policy && adopted.contains(spec.name)
                specs.append(spec)
            }
        }
        if configuration.clock == .lockstep, (configuration.providers ?? []).count != 1 {
            throw ConfigurationError(
                path: file.path, line: file.line(of: JSONPath([.key("providers")])),
                what: "providers: a lockstep run has exactly one, which is its clock")
        }
    }
}
