import Configuration
import Foundation
import JSON
import Node
import Trading
import Wire

/// The plugin that is checked.
package struct PluginUnderTest {
    package enum Place {
        /// The kit starts it, again and again.
        case program(PluginProgram)
        /// A person starts it; the kit listens at this endpoint.
        case endpoint(String)
    }

    package let place: Place
    /// Nil for one that a person starts, until it has said hello.
    package let manifest: PluginManifest?
    package let guide: CheckGuide
    package let role: Role
    package let name: PluginName
    /// Further variables of its environment, as `NAME=value`.
    package let environment: [String]

    package var settings: JSON { guide.settings ?? .object([]) }
    package var lockstep: Bool { guide.lockstep ?? true }

    /// A plugin in a folder, with its `plugin.json` and perhaps a `check.json`.
    /// - Parameters:
    ///   - settings: instead of those of `check.json`.
    ///   - binaries: where the programs of the project are.
    /// - Throws: ``ConfigurationError`` for a manifest, a `check.json` or settings that are wrong, with file and line.
    package init(
        folder: String, settings: JSON? = nil, binaries: String, environment: [String]
    ) throws(ConfigurationError) {
        let catalog = PluginCatalog(folders: [folder], binaries: binaries)
        if let error = catalog.broken.first(where: { $0.path == folder + "/plugin.json" }) { throw error }
        guard let found = catalog.plugins.values.first(where: { $0.folder == folder }) else {
            throw ConfigurationError(
                path: folder, line: nil,
                what: "there is no plugin.json; name the folder of a plugin, or an endpoint such as ipc:///tmp/x/policy"
            )
        }
        manifest = found.manifest
        var guide = try CheckGuide(folder: folder)
        if let settings { guide.settings = settings }
        self.guide = guide
        role = found.manifest.role
        name = found.manifest.name
        self.environment = environment
        do throws(SettingDefect) {
            try found.manifest.check(guide.settings ?? .object([]))
        } catch {
            throw ConfigurationError(
                path: folder + "/check.json", line: nil,
                what: "settings: \(error); the kit gives these to the plugin (or those of --settings FILE)")
        }
        place = .program(try catalog.program(found))
    }

    /// A plugin that a person starts.
    package init(endpoint: String, role: Role, name: PluginName, settings: JSON?) {
        place = .endpoint(endpoint)
        manifest = nil
        guide = CheckGuide(settings: settings)
        self.role = role
        self.name = name
        environment = []
    }
}

/// `check.json` beside a `plugin.json`: what the kit cannot know of itself. Everything in it may be left out.
package struct CheckGuide: Decodable {
    /// What the plugin is given in `welcome`; absent: nothing. `${here}` is the plugin's folder.
    package var settings: JSON?
    /// Settings that the plugin must refuse, beside those that its schema refuses.
    package var wrongSettings: [JSON]?
    /// Absent: true. The time of brokers and providers is the market data's.
    package var lockstep: Bool?
    /// Of a broker: what is traded. Absent: CHECK at 100.
    package var symbol: Symbol?
    package var price: Price?
    /// Of a broker: client order ids of orders that rest there without the core.
    package var foreignOrders: [String]?
    /// Of a broker: commands, run in the plugin's folder with `STATE` as its state folder, that part the venue from the
    /// adapter, and join it again.
    package var venueDown: [String]?
    package var venueUp: [String]?

    package init(settings: JSON? = nil) { self.settings = settings }

    /// - Throws: ``ConfigurationError`` with file and line.
    init(folder: String) throws(ConfigurationError) {
        let path = folder + "/check.json"
        guard FileManager.default.fileExists(atPath: path) else {
            self.init()
            return
        }
        let text = try readText(path).replacingOccurrences(of: "${here}", with: folder)
        self = try SettingsFile(text: text, path: path).decode(CheckGuide.self)
    }
}
