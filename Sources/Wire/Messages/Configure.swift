import JSON

/// New settings for a plugin that runs. It answers `ready` when it works with them, or `error` and goes on with the old.
package struct Configure: Sendable, Equatable, Codable {
    /// All of its settings, as the configuration has them now.
    package var settings: JSON
    package init(settings: JSON) { self.settings = settings }
}

extension ProtocolVersion {
    /// A plugin that speaks an earlier minor does not know `configure`.
    package static let minorOfConfigure: Int64 = 1
}
