import Trading
import Wire

/// `plugin.json` beside a plugin: what it is, how it is started, and which settings it takes.
package struct PluginManifest: Decodable {
    package var name: PluginName
    package var role: Role
    package var version: String
    package var description: String
    /// The program and its arguments; see ``PluginCatalog`` for where the program is looked for.
    package var command: [String]
    package var settings: [String: Setting]?

    package struct Setting: Decodable {
        package var type: String?
        /// As text or JSON, for people; the plugin itself holds the true default.
        package var `default`: JSON?
        package var what: String?
    }
}
