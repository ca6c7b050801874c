import JSON
import Trading
import Wire

/// What is wrong with a setting, and what would be right.
package struct SettingDefect: Error, Equatable, CustomStringConvertible {
    /// Within the settings.
    package var path: JSONPath
    package var why: String

    init(_ path: JSONPath, _ why: String) {
        self.path = path
        self.why = why
    }

    package var description: String { path.isRoot ? why : "\(path): \(why)" }
}

extension PluginManifest {
    /// Checks a plugin's settings against its schema, those of single symbols too.
    /// - Throws: ``SettingDefect``, the first one in the order of the file.
    package func check(_ settings: JSON) throws(SettingDefect) {
        guard let schema = self.settings else { return }
        guard case .object(let members) = settings else {
            throw SettingDefect(JSONPath(), "settings are keys with values, not \(settings.kindName)")
        }
        var common = members
        if symbolSettings == true, let symbols = settings["symbols"] {
            common.removeAll { $0.key == "symbols" }
            try SettingSchema.checkFields(common, schema, at: JSONPath(), owner: name.text, known: ["symbols"])
            return try checkSymbols(symbols, schema)
        }
        try SettingSchema.checkFields(
            common, schema, at: JSONPath(), owner: name.text, known: symbolSettings == true ? ["symbols"] : [])
    }

    private func checkSymbols(_ symbols: JSON, _ schema: [String: SettingSchema]) throws(SettingDefect) {
        let root = JSONPath([.key("symbols")])
        guard case .object(let entries) = symbols else {
            if symbols.isNull { return }
            throw SettingDefect(root, "write the settings of each symbol, such as {NVDA: {...}}")
        }
        for entry in entries {
            let place = root.adding(.key(entry.key))
            do { _ = try Symbol(entry.key) } catch { throw SettingDefect(place, "\(error)") }
            guard case .object(let own) = entry.value else {
                throw SettingDefect(place, "these are keys with values, not \(entry.value.kindName)")
            }
            // What a symbol leaves out is taken from the settings around it.
            try SettingSchema.checkFields(own, schema, at: place, owner: name.text, areComplete: false)
        }
    }
}

extension SettingSchema {
    /// - Parameters:
    ///   - known: keys that may stand there and are checked elsewhere.
    ///   - areComplete: required fields that are missing are a defect.
    static func checkFields(
        _ members: [JSON.Member], _ schema: [String: SettingSchema], at place: JSONPath, owner: String?,
        known: [String] = [], areComplete: Bool = true
    ) throws(SettingDefect) {
        for member in members {
            guard let field = schema[member.key] else {
                throw unknown(member.key, schema.keys.sorted() + known, at: place, owner)
            }
            try field.check(member.value, at: place.adding(.key(member.key)))
        }
        guard areComplete else { return }
        for (key, field) in schema.sorted(by: { $0.key < $1.key }) where field.required == true {
            if members.first(where: { $0.key == key })?.value.isNull ?? true {
                let what = field.what.map { ": \($0)" } ?? ""
                throw SettingDefect(place, "\(owner.map { "\($0) needs" } ?? "it needs") `\(key)`\(what)")
            }
        }
    }

    private static func unknown(
        _ key: String, _ known: [String], at place: JSONPath, _ owner: String?
    ) -> SettingDefect {
        let who = owner.map { "\($0) knows no setting" } ?? "there is no"
        if let meant = Typo.meant(by: key, in: known) {
            return SettingDefect(place.adding(.key(key)), "\(who) \"\(key)\", did you mean \"\(meant)\"?")
        }
        let list = known.isEmpty ? "it has none" : "there are: \(known.joined(separator: ", "))"
        return SettingDefect(place.adding(.key(key)), "\(who) \"\(key)\"; \(list)")
    }

    /// - Throws: ``SettingDefect`` with the place of the first value that does not fit.
    package func check(_ value: JSON, at place: JSONPath = JSONPath()) throws(SettingDefect) {
        if value.isNull { return }
        switch type {
        case .decimal, .integer, .price, .quantity, .duration:
            do { try checkBounds(try magnitude(value)) } catch { throw SettingDefect(place, error.why) }
        case .boolean:
            guard case .bool = value else { throw mismatch(value, place, "write true or false") }
        case .text:
            switch value {
            case .string, .number: break
            case .null, .bool, .array, .object: throw mismatch(value, place, "write text")
            }
        case .choice: try checkChoice(value, place)
        case .list:
            guard case .array(let list) = value else { throw mismatch(value, place, "write a list: [...]") }
            do { try checkBounds(Int64(list.count), of: "items") } catch { throw SettingDefect(place, error.why) }
            for (index, item) in list.enumerated() { try items?.check(item, at: place.adding(.index(index))) }
        case .object:
            guard case .object(let members) = value else {
                throw mismatch(value, place, "write keys with values: {...}")
            }
            if let fields { return try Self.checkFields(members, fields, at: place, owner: nil) }
            for member in members { try items?.check(member.value, at: place.adding(.key(member.key))) }
        }
    }

    private func mismatch(_ value: JSON, _ place: JSONPath, _ remedy: String) -> SettingDefect {
        SettingDefect(place, "\(remedy), not \(value.kindName)")
    }

    private func checkChoice(_ value: JSON, _ place: JSONPath) throws(SettingDefect) {
        let known = choices ?? []
        guard case .string(let text) = value else {
            throw mismatch(value, place, "write one of \(known.joined(separator: ", "))")
        }
        guard !known.contains(text) else { return }
        let meant = Typo.meant(by: text, in: known).map { ", did you mean \"\($0)\"?" }
        throw SettingDefect(
            place, "\"\(text)\" is none of \(known.joined(separator: ", "))\(meant ?? "")")
    }
}

extension JSONPath {
    func adding(_ component: Component) -> JSONPath { JSONPath(components + [component]) }
}
