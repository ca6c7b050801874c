import Configuration
import Foundation
import JSON

/// What a back-test makes of an account's configuration: the tape is the clock, the paper broker the venue, nobody comes in
/// from elsewhere, and settings are other than in the file.
package struct ConfigurationChange: Sendable {
    /// Where the journal and the sockets are, if any.
    package var state: String
    package var combination: Combination
    /// Of the tape: first moment inclusive, last exclusive, and symbols; nil: as the file has it.
    package var from: String?
    package var until: String?
    package var symbols: [String]?
    /// Folders of a tape to play instead of the file's provider.
    package var tapes: [String]
    /// Cash of the paper account; nil: as the file has it.
    package var cash: String?
    package var fills: Fills?
    /// The market comes from elsewhere: what the file says of providers is of no matter.
    package var hasOwnMarket = false
    /// What the venue begins with, over the file's own settings.
    package var venue: [(key: String, value: JSON)] = []
    /// Names of policies that are left out, and folders of policies that are added.
    package var without: [String] = []
    package var with: [String] = []
    /// Text of the file that is replaced wherever it stands, such as a folder by its copy.
    package var replaced: [(String, String)] = []

    /// At which price an order that was decided on a bar is filled.
    package enum Fills: String, Sendable, CaseIterable {
        /// From the next bar on: its open for an order at market.
        case nextBar = "next-bar"
        /// At the close of the bar on which it was decided.
        case sameBar = "same-bar"
    }

    package init(state: String, combination: Combination) {
        self.state = state
        self.combination = combination
        tapes = []
    }

    /// - Throws: ``ConfigurationError`` for a setting of a plugin that is not there.
    func apply(_ tree: JSON, path: String) throws(ConfigurationError) -> JSON {
        var tree = tree
        for key in ["listen", "adopt", "standby_brokers", "run"] { tree = tree.without(key) }
        tree = tree.with("clock", .string("lockstep")).with("state", .string(state))
        tree = try withTape(tree, path)
        tree = withVenue(tree)
        for (key, value) in venue {
            guard let broker = tree["broker"] else { continue }
            tree = tree.with("broker", broker.settingsChanged([key], value))
        }
        if tree["policies"] == nil {
            let names = Configuration.defaultPolicies.map {
                JSON.object([.init(key: "plugin", value: .string($0.text))])
            }
            tree = tree.with("policies", .array(names))
        }
        tree = try withPolicies(tree, path)
        for (old, new) in replaced { tree = tree.replacing(old, new) }
        for (name, place, text) in combination.values { tree = try set(name, place, text, in: tree, path) }
        return tree
    }

    // MARK: - The tape

    private func withTape(_ tree: JSON, _ path: String) throws(ConfigurationError) -> JSON {
        var tree = tree
        let tapes = hasOwnMarket ? ["/"] : tapes
        if !tapes.isEmpty {
            let settings = JSON.object([.init(key: "folders", value: .array(tapes.map { .string($0) }))])
            let tape = JSON.object([
                JSON.Member(key: "plugin", value: JSON.string("tape")), JSON.Member(key: "settings", value: settings),
            ])
            tree = tree.with("providers", .array([tape]))
        }
        guard case .array(var providers)? = tree["providers"],
            let index = providers.firstIndex(where: { $0["plugin"]?.plain == "tape" })
        else {
            throw ConfigurationError(
                path: path, line: nil,
                what: "providers: a back-test plays a tape, and this names none; name folders of one with --tape FOLDER"
            )
        }
        var settings = providers[index]["settings"] ?? .object([])
        if let from { settings = settings.with("from", .string(from)) }
        if let until { settings = settings.with("until", .string(until)) }
        if let symbols { settings = settings.with("symbols", .array(symbols.map { .string($0) })) }
        settings = settings.without("speed")
        providers[index] = providers[index].with("settings", settings).without("start")
        return tree.with("providers", .array([providers[index]]))
    }

    // MARK: - The venue

    private func withVenue(_ tree: JSON) -> JSON {
        var broker = tree["broker"] ?? .object([])
        let isPaper = ["paper", "paper-plain"].contains(broker["plugin"]?.plain)
        var settings = (isPaper ? broker["settings"] : nil) ?? .object([])
        if settings["account"] == nil, let account = tree["account"] { settings = settings.with("account", account) }
        if let cash { settings = settings.with("cash", .number(cash)) }
        if settings["cash"] == nil { settings = settings.with("cash", .number("100000")) }
        if settings["sessions"] == nil, isByDay(tree) { settings = settings.with("sessions", .string("always")) }
        if let fills {
            settings = settings.with("fills_at_next_bar", .bool(fills == .nextBar))
        }
        if !isPaper, let name = broker["name"] ?? broker["plugin"] {
            // It has the name of the account's own adapter, so that a core that knows that one goes on with it.
            broker = .object([
                JSON.Member(key: "plugin", value: JSON.string("paper")), JSON.Member(key: "name", value: name),
            ])
        }
        return tree.with("broker", broker.with("settings", settings).without("start"))
    }

    /// Whether the tape has whole days only: then it has no moment at which the market is open.
    private func isByDay(_ tree: JSON) -> Bool {
        guard !hasOwnMarket else { return false }
        let names = Self.folders(of: tree).flatMap(Self.names)
        return !names.isEmpty && !names.contains { $0.contains("-trade.csv") || $0.contains("-quote.csv") }
    }

    /// Of the files in a folder; none where it cannot be read, which the tape will tell.
    private static func names(in folder: String) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return [] }
    }

    /// The folders of the tape.
    package static func folders(of tree: JSON) -> [String] {
        guard case .array(let providers)? = tree["providers"] else { return [] }
        return providers.flatMap { provider -> [String] in
            guard case .array(let folders)? = provider["settings"]?["folders"] else { return [] }
            return folders.map(\.plain)
        }
    }

    // MARK: - Policies

    private func withPolicies(_ tree: JSON, _ path: String) throws(ConfigurationError) -> JSON {
        guard case .array(var policies)? = tree["policies"] else { return tree }
        for name in without {
            guard policies.contains(where: { $0.isPlugin(name) }) else {
                throw ConfigurationError(path: path, line: nil, what: "--without \(name): it names no such policy")
            }
            policies.removeAll { $0.isPlugin(name) }
        }
        var tree = tree
        for folder in with {
            let manifest = folder + "/plugin.json"
            let file = try SettingsFile(text: readText(manifest), path: manifest)
            guard let name = file.tree["name"]?.plain else {
                throw ConfigurationError(path: manifest, line: nil, what: "name: missing")
            }
            policies.append(.object([JSON.Member(key: "plugin", value: JSON.string(name))]))
            var folders: [JSON] = []
            if case .array(let known)? = tree["plugins"] { folders = known }
            tree = tree.with("plugins", .array([JSON.string(folder)] + folders))
        }
        return tree.with("policies", .array(policies))
    }

    // MARK: - Settings

    private func set(
        _ name: String, _ place: [String], _ text: String, in tree: JSON, _ path: String
    ) throws(ConfigurationError) -> JSON {
        let value = try SettingsFile(text: text, path: "--set \(name)=\(text)").tree
        for (key, isList) in [("policies", true), ("providers", true), ("broker", false)] {
            guard let found = tree[key] else { continue }
            if !isList, found.isPlugin(place[0]), place.count > 1 {
                return tree.with(key, found.settingsChanged(place.dropFirst(), value))
            }
            guard case .array(var items) = found, let index = items.firstIndex(where: { $0.isPlugin(place[0]) }),
                place.count > 1
            else { continue }
            items[index] = items[index].settingsChanged(place.dropFirst(), value)
            return tree.with(key, .array(items))
        }
        // A name with a hyphen is a plugin's: no key of the configuration has one.
        guard !place[0].contains("-"), place.count > 0 else {
            throw ConfigurationError(
                path: path, line: nil, what: "--set \(name): the configuration names no plugin \"\(place[0])\"")
        }
        return tree.changed(place[...], value)
    }
}

extension JSON {
    /// Every text in which `old` stands, with `new` in its place.
    func replacing(_ old: String, _ new: String) -> JSON {
        switch self {
        case .string(let text): .string(text.replacingOccurrences(of: old, with: new))
        case .array(let items): .array(items.map { $0.replacing(old, new) })
        case .object(let members):
            .object(members.map { Member(key: $0.key, value: $0.value.replacing(old, new)) })
        case .null, .bool, .number: self
        }
    }

    func with(_ key: String, _ value: JSON) -> JSON {
        guard case .object(var members) = self else { return .object([Member(key: key, value: value)]) }
        if let index = members.firstIndex(where: { $0.key == key }) {
            members[index].value = value
        } else {
            members.append(Member(key: key, value: value))
        }
        return .object(members)
    }

    func without(_ key: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.key != key })
    }

    fileprivate func changed(_ place: ArraySlice<String>, _ value: JSON) -> JSON {
        guard let key = place.first else { return value }
        return with(key, (self[key] ?? .object([])).changed(place.dropFirst(), value))
    }

    fileprivate func settingsChanged(_ place: ArraySlice<String>, _ value: JSON) -> JSON {
        with("settings", (self["settings"] ?? .object([])).changed(place, value))
    }

    fileprivate func isPlugin(_ name: String) -> Bool { self["name"]?.plain == name || self["plugin"]?.plain == name }
}
