import JSON
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
    /// Absent: whatever stands in the configuration is handed to the plugin, which judges it alone.
    package var settings: [String: SettingSchema]?
    /// Of a broker: its orders move real money, so that a person names the account before it is managed first.
    package var realMoney: Bool?
    /// Of a broker: the setting, true or false, with which its orders move real money.
    package var realMoneySetting: String?
    /// It takes `symbols: {NVDA: {...}}`, settings of single symbols. Every policy that is built with the kit does.
    package var symbolSettings: Bool?
    /// The program and its arguments that say whether the plugin could do its work (``PluginExamination``); absent: nobody asks.
    package var doctor: [String]?
    /// What `bigbrother init` asks for; absent: it does not offer this plugin.
    package var setup: PluginSetup?

    /// Of a broker with these settings.
    package func movesRealMoney(with settings: JSON) -> Bool {
        if realMoney == true { return true }
        guard let realMoneySetting else { return false }
        let written = settings[realMoneySetting].flatMap { $0.isNull ? nil : $0 }
        return (written ?? self.settings?[realMoneySetting]?.default) == .bool(true)
    }

    /// Why ``realMoneySetting`` is none, or nil.
    var realMoneyDefect: String? {
        guard let realMoneySetting else { return nil }
        guard role == .broker else { return "only a broker moves money" }
        guard settings?[realMoneySetting]?.type == .boolean else {
            return "it names one of the settings that is true or false, and \(quoted(realMoneySetting)) is none"
        }
        return nil
    }
}

/// What one setting of a plugin may be.
package struct SettingSchema: Decodable {
    package enum Kind: String, Decodable, CaseIterable {
        case decimal, integer, boolean, text, duration, price, quantity, list, object, choice
    }

    package var type: Kind
    /// For people, one sentence.
    package var what: String?
    /// What the plugin takes when the setting is left out. The plugin itself has it; here it is shown.
    package var `default`: JSON?
    /// The plugin cannot do without it.
    package var required: Bool?
    // Bounds of a number or a duration, written like the value itself; those of a list count its items.
    package var minimum: JSON?
    package var maximum: JSON?
    package var exclusiveMinimum: JSON?
    package var exclusiveMaximum: JSON?
    /// Of `choice`.
    package var choices: [String]?
    /// Of `object`; absent: any keys, each with a value as ``items`` says.
    package var fields: [String: SettingSchema]?
    private var itemSchema: [SettingSchema]

    /// Of `list`: what each item is. Of `object` without `fields`: what each value is.
    package var items: SettingSchema? { itemSchema.first }

    private enum CodingKeys: String, CodingKey {
        case type, what, `default`, required, minimum, maximum, exclusiveMinimum, exclusiveMaximum, choices, fields,
            items
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        let name = try keys.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: name) else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: keys, debugDescription: "\"\(name)\" is no type of setting; there are \(kinds)")
        }
        type = kind
        what = try keys.decodeIfPresent(String.self, forKey: .what)
        `default` = try keys.decodeIfPresent(JSON.self, forKey: .default)
        required = try keys.decodeIfPresent(Bool.self, forKey: .required)
        minimum = try keys.decodeIfPresent(JSON.self, forKey: .minimum)
        maximum = try keys.decodeIfPresent(JSON.self, forKey: .maximum)
        exclusiveMinimum = try keys.decodeIfPresent(JSON.self, forKey: .exclusiveMinimum)
        exclusiveMaximum = try keys.decodeIfPresent(JSON.self, forKey: .exclusiveMaximum)
        choices = try keys.decodeIfPresent([String].self, forKey: .choices)
        fields = try keys.decodeIfPresent([String: SettingSchema].self, forKey: .fields)
        itemSchema = try keys.decodeIfPresent(SettingSchema.self, forKey: .items).map { [$0] } ?? []
    }
}
