import Trading
import Wire

extension LoadedConfiguration {
    /// The settings of every plugin as a person reads them: those of the file, then the defaults.
    package var settingWords: [String] {
        zip(
            specs,
            [configuration.broker] + (configuration.standbyBrokers ?? []) + (configuration.providers ?? [])
                + configuration.chosenPolicies
        ).map {
            spec, entry in
            guard let manifest = catalog.plugins[entry.plugin]?.manifest, let schema = manifest.settings else {
                return "\(spec.name): it has no schema; the plugin judges them at its start"
            }
            var words: [String] = []
            if case .object(let members) = spec.settings {
                words = members.map { "\($0.key) \($0.value.plain)" }
            }
            for (key, setting) in schema.sorted(by: { $0.key < $1.key }) where spec.settings[key] == nil {
                if let value = setting.default { words.append("\(key) \(value.plain) (default)") }
            }
            return "\(spec.name): \(words.isEmpty ? "none" : words.joined(separator: ", "))"
        }
    }
}
