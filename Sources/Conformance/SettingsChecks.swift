import Configuration
import JSON
import Supervision
import Trading
import Wire

/// Settings: what the manifest's schema allows is taken, what it does not allow is refused; at the start and while running.
enum SettingsChecks {
    static let all = [
        Check(
            "settings.manifest", "hello says the name, role and version of plugin.json", in: Section.start,
            needsProcess: true, run: manifest),
        Check(
            "settings.taken", "every value that the schema allows is answered with ready", in: Section.start, run: taken
        ),
        Check(
            "settings.refused-at-start",
            "wrong settings are answered with error and bye, and the process exits with 2",
            in: Section.life, needsProcess: true, run: refusedAtStart),
        Check(
            "settings.refused", "whatever the schema does not allow is refused by the plugin too", in: Section.life,
            run: refused),
        Check(
            "settings.running",
            "configure is answered with ready and re; wrong settings with error and re, and the old ones stay in force",
            in: Section.life, run: running),
    ]

    private static func manifest(_ harness: PluginHarness) throws -> String {
        guard let manifest = harness.plugin.manifest else {
            throw NotApplicable("there is no plugin.json beside an endpoint")
        }
        try harness.startPlugin()
        let hello = try harness.greeting().hello
        guard hello.version == manifest.version else {
            throw Broken("its hello says version \(hello.version), its plugin.json \(manifest.version)")
        }
        let count = manifest.settings?.count
        return
            "\(hello.name) \(hello.version), a \(hello.role.rawValue), with \(count.map { "\($0) settings in its schema" } ?? "no schema")"
    }

    /// Settings that differ from sound ones in one place.
    struct Variant {
        let words: String
        let settings: JSON
    }

    private static func schema(_ harness: PluginHarness) throws -> [String: SettingSchema] {
        guard let manifest = harness.plugin.manifest else {
            throw NotApplicable("there is no plugin.json beside an endpoint")
        }
        guard let schema = manifest.settings, !schema.isEmpty else {
            throw NotApplicable("plugin.json describes no settings")
        }
        return schema
    }

    static func sound(_ plugin: PluginUnderTest) -> [Variant] {
        guard let manifest = plugin.manifest, let schema = manifest.settings else { return [] }
        let all = schema.sorted { $0.key < $1.key }.flatMap { key, field in
            field.soundValues.map {
                Variant(words: "\(key): \($0.short)", settings: plugin.settings.setting(key, to: $0))
            }
        }
        return all.filter { variant in
            do { return try manifest.check(variant.settings) == () } catch { return false }
        }
    }

    static func wrong(_ plugin: PluginUnderTest) -> [Variant] {
        var variants: [Variant] = (plugin.guide.wrongSettings ?? []).map { Variant(words: $0.short, settings: $0) }
        guard let manifest = plugin.manifest, let schema = manifest.settings else { return variants }
        let unknown = plugin.settings.setting("no_such_setting", to: .bool(true))
        variants.append(Variant(words: "a setting that there is not", settings: unknown))
        for (key, field) in schema.sorted(by: { $0.key < $1.key }) {
            if field.required == true {
                variants.append(Variant(words: "no \(key)", settings: plugin.settings.setting(key, to: nil)))
            }
            variants += field.wrongValues.map {
                Variant(words: "\(key): \($0.short)", settings: plugin.settings.setting(key, to: $0))
            }
        }
        // Only what the schema refuses: the rest is the plugin's own affair.
        let own = plugin.guide.wrongSettings?.count ?? 0
        return variants.enumerated().filter { index, variant in
            if index < own { return true }
            do {
                try manifest.check(variant.settings)
                return false
            } catch { return true }
        }.map(\.element)
    }

    /// Whether settings can be tried on a plugin that runs: else each costs a process.
    private static func takesThemRunning(_ harness: PluginHarness) throws -> Bool {
        try harness.open()
        guard harness.plugin.role != .broker, harness.speaks.minor >= ProtocolVersion.minorOfConfigure else {
            return false
        }
        return try harness.configure(harness.plugin.settings).header.type == .ready
    }

    private static func taken(_ harness: PluginHarness) throws -> String {
        _ = try schema(harness)
        let variants = sound(harness.plugin)
        guard !variants.isEmpty else { throw NotApplicable("the schema names no default, bound or choice to try") }
        let runs = try takesThemRunning(harness)
        guard runs || harness.isOurProcess else {
            throw NotApplicable("it takes settings at its start only, and a person has started it")
        }
        for variant in variants {
            let message: Message
            if runs {
                message = try harness.configure(variant.settings)
            } else {
                message = try start(harness, variant)
            }
            guard message.header.type == .ready else {
                throw Broken("the schema allows \(variant.words), the plugin does not: \(message.quoted)")
            }
        }
        return "\(variants.count) values of the schema taken\(runs ? "" : ", each at a start")"
    }

    private static func start(_ harness: PluginHarness, _ variant: Variant) throws -> Message {
        // What it keeps from other settings would be in the way.
        try harness.startPlugin()
        try harness.emptyState()
        try harness.welcome(try harness.greeting(), settings: variant.settings)
        return try harness.next("answer to welcome with \(variant.words)")
    }

    private static func refusedAtStart(_ harness: PluginHarness) throws -> String {
        let all = wrong(harness.plugin)
        guard let first = all.first else {
            throw NotApplicable("plugin.json describes no settings, check.json no wrong_settings")
        }
        var count = 0
        for variant in [first] + all.dropFirst().prefix(2) {
            let message = try start(harness, variant)
            guard message.header.type == .error else {
                throw Broken("it started with \(variant.words): \(message.header.type.rawValue)")
            }
            let bye = try harness.nextOrEnd()
            guard let bye, bye.header.type == .bye else { throw Broken("no bye after the error for \(variant.words)") }
            let ending = try harness.ending(after: "bye")
            guard ending == .exited(2) else { throw Broken("with \(variant.words) it \(ending); 2 is right") }
            count += 1
        }
        return "\(count) wrong settings: error, bye, exited with 2"
    }

    private static func refused(_ harness: PluginHarness) throws -> String {
        let variants = wrong(harness.plugin)
        guard !variants.isEmpty else {
            throw NotApplicable("plugin.json describes no settings, check.json no wrong_settings")
        }
        let runs = try takesThemRunning(harness)
        guard runs || harness.isOurProcess else {
            throw NotApplicable("it takes settings at its start only, and a person has started it")
        }
        var taken: [String] = []
        for variant in variants {
            let message = runs ? try harness.configure(variant.settings) : try start(harness, variant)
            if message.header.type == .error { continue }
            taken.append(variant.words)
        }
        guard taken.isEmpty else { throw Broken("it took \(taken.joined(separator: "; "))") }
        return "\(variants.count) wrong values refused\(runs ? "" : ", each at a start")"
    }

    private static func running(_ harness: PluginHarness) throws -> String {
        guard harness.plugin.role != .broker else { throw NotApplicable("a broker adapter is never sent configure") }
        try harness.open()
        guard harness.speaks.minor >= ProtocolVersion.minorOfConfigure else {
            throw NotApplicable(
                "it speaks 1.\(harness.speaks.minor); configure is since 1.\(ProtocolVersion.minorOfConfigure)")
        }
        let answer = try harness.configure(harness.plugin.settings)
        guard answer.header.type == .ready else {
            guard harness.plugin.role == .provider else {
                throw Broken("it refused the settings that it runs with: \(answer.quoted)")
            }
            try LifeChecks.goesOn(harness)
            return "it takes settings at its start only, says so (\(try answer.reason())), and goes on"
        }
        let before = try probe(harness)
        let variants = Array((halfWrong(harness.plugin) + wrong(harness.plugin)).prefix(Limits.wrongSettings))
        guard !variants.isEmpty else { return "the same settings taken; it describes none that are wrong" }
        for variant in variants {
            guard try harness.configure(variant.settings).header.type == .error else {
                throw Broken("it took \(variant.words)")
            }
            guard try probe(harness) == before else {
                throw Broken(
                    "after \(variant.words), which it refused, it answers otherwise than before: the old settings did not stay in force"
                )
            }
        }
        return "the same settings taken; \(variants.count) wrong ones refused, and it answers as before"
    }

    /// Another sound value beside something wrong: who takes the first before it sees the second has half of them.
    private static func halfWrong(_ plugin: PluginUnderTest) -> [Variant] {
        guard let schema = plugin.manifest?.settings else { return [] }
        return schema.sorted { $0.key < $1.key }.compactMap { key, field in
            guard let value = field.`default`?.half else { return nil }
            let settings = plugin.settings.setting(key, to: value).setting("no_such_setting", to: .bool(true))
            return Variant(words: "\(key): \(value.short) beside a setting that there is not", settings: settings)
        }
    }

    /// What a policy says to the usual portfolio; of others that they go on.
    private static func probe(_ harness: PluginHarness) throws -> JSON? {
        guard harness.plugin.role == .policy else {
            try LifeChecks.goesOn(harness)
            return nil
        }
        return try PolicyChecks.ask(harness, try SnapshotFixtures(harness.ready.needs).usual())
    }
}

extension JSON {
    /// An object with another value under a key, or without the key.
    func setting(_ key: String, to value: JSON?) -> JSON {
        guard case .object(var members) = self else { return self }
        let index = members.firstIndex { $0.key == key }
        switch (index, value) {
        case (let index?, let value?): members[index].value = value
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append(Member(key: key, value: value))
        case (nil, nil): break
        }
        return .object(members)
    }

    var short: String { String(decoding: bytes.prefix(60), as: UTF8.self) }

    /// Objects with their keys sorted: two that say the same are equal.
    var canonical: JSON {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let items): .array(items.map(\.canonical))
        case .object(let members):
            .object(members.map { Member(key: $0.key, value: $0.value.canonical) }.sorted { $0.key < $1.key })
        }
    }
}

extension SettingSchema {
    /// Values that are named in the schema as allowed.
    fileprivate var soundValues: [JSON] {
        var values = [`default`, minimum, maximum].compactMap { $0 }
        switch type {
        case .boolean: values = [.bool(true), .bool(false)]
        case .choice: values = (choices ?? []).map { .string($0) }
        case .list: values = [`default`].compactMap { $0 }
        case .decimal, .integer, .text, .duration, .price, .quantity, .object: break
        }
        return values
    }

    /// Values that are not: of another type, beyond a bound, or no choice.
    fileprivate var wrongValues: [JSON] {
        var values: [JSON]
        switch type {
        case .decimal, .price, .quantity: values = [.string("much"), .bool(true), .array([])]
        case .integer: values = [.string("many"), .number("1.5")]
        case .duration: values = [.string("soon"), .bool(true)]
        case .boolean: values = [.string("perhaps"), .number("1")]
        case .text: values = [.array([]), .object([])]
        case .list: values = [.string("one"), .object([])]
        case .object: values = [.string("one"), .array([])]
        case .choice: values = [.string("no such choice"), .number("1")]
        }
        values += [exclusiveMinimum, exclusiveMaximum].compactMap { $0 }
        if let minimum, type != .list { values.append(minimum.moved(by: -1)) }
        if let maximum, type != .list { values.append(maximum.moved(by: 1)) }
        return values
    }
}

extension JSON {
    /// A number, or a text of one, that is larger by so much; other values as they are.
    fileprivate func moved(by step: Int64) -> JSON {
        switch self {
        case .number(let text): number(text, step).map { .number($0) } ?? self
        case .string(let text): number(text, step).map { .string($0) } ?? self
        case .null, .bool, .array, .object: self
        }
    }

    /// Of a number the half, of true false; nil of others.
    fileprivate var half: JSON? {
        switch self {
        case .number(let text):
            do { return .number(Ratio(units: try Ratio(text).units / 2).description) } catch { return nil }
        case .bool(let value): return .bool(!value)
        case .null, .string, .array, .object: return nil
        }
    }

    private func number(_ text: String, _ step: Int64) -> String? {
        do { return try (Ratio(text) + Ratio(units: step * Ratio.scale)).description } catch { return nil }
    }
}
