import Configuration
import JSON
import Orchestration
import Trading
import Wire

/// What options say, as they were written; nil: the person is asked, or what is usual holds.
package struct SetupOptions {
    package var broker: String?
    /// True for real money, false for paper.
    package var isLive: Bool?
    package var account: String?
    /// `NAME=VALUE` each, of the broker.
    package var settings: [String] = []
    /// The same of the provider.
    package var providerSettings: [String] = []
    package var watched: String?
    package var approval: String?
    package var dailyLoss: String?
    package var weight: String?
    package var stop: String?
    package var plugins: [String] = []

    package init() {}
}

/// The questions of `bigbrother init`, in their order.
package struct AccountSetup {
    private let catalog: PluginCatalog
    private let options: SetupOptions
    private let interview: Interview

    package init(_ catalog: PluginCatalog, _ options: SetupOptions, _ interview: Interview) {
        (self.catalog, self.options, self.interview) = (catalog, options, interview)
    }

    // MARK: - The broker

    /// - Throws: ``SetupError``.
    package func broker() throws(SetupError) -> PluginManifest {
        let offered = catalog.plugins.values.map(\.manifest).filter { $0.role == .broker && $0.setup != nil }
            .sorted { $0.name < $1.name }
        let names = offered.map(\.name.text)
        interview.say("Brokers:")
        for manifest in offered { interview.say("  \(manifest.name): \(manifest.description)") }
        return try interview.answer(
            Question(option: "--broker", words: "Which broker, \(names.joined(separator: " or "))?", usual: nil) {
                text throws(SetupError) in
                guard let found = offered.first(where: { $0.name.text == text }) else {
                    throw SetupError("\(quoted(text)) is none of \(names.joined(separator: ", "))")
                }
                return found
            }, given: options.broker)
    }

    /// The settings that the manifest leaves open, but for keys and the account's name.
    package func settings(of broker: PluginManifest) throws(SetupError) -> [(key: String, value: JSON)] {
        var settings: [(key: String, value: JSON)] = []
        if let live = broker.realMoneySetting { settings.append((live, .bool(try isLive(broker)))) }
        return try settings
            + chosen(options.settings, of: broker, asking: broker.setup?.questions ?? [], option: "--set")
    }

    /// The answers to questions, in their order, then what options say beside them.
    private func chosen(
        _ texts: [String], of manifest: PluginManifest, asking questions: [String], option: String
    ) throws(SetupError) -> [(key: String, value: JSON)] {
        var settings: [(key: String, value: JSON)] = []
        let given = try Self.pairs(texts, option: option)
        for key in questions where given[key] == nil {
            guard let schema = manifest.settings?[key] else { continue }
            settings.append((key, try value(of: key, schema, option: option)))
        }
        for (key, text) in given.sorted(by: { $0.key < $1.key }) {
            guard let schema = manifest.settings?[key] else {
                let known = (manifest.settings ?? [:]).keys.sorted().joined(separator: ", ")
                throw SetupError("\(option) \(key): \(manifest.name) has no such setting; there are: \(known)")
            }
            do throws(SetupError) { settings.append((key, try Self.value(text, schema))) } catch {
                throw SetupError("\(option) \(key): \(error)")
            }
        }
        return settings
    }

    private func isLive(_ broker: PluginManifest) throws(SetupError) -> Bool {
        if let isLive = options.isLive { return isLive }
        return try interview.answer(
            Question(option: "--paper or --live", words: "Paper or live, which is real money?", usual: "paper") {
                text throws(SetupError) in
                guard ["paper", "live"].contains(text) else { throw SetupError("write paper or live") }
                return text == "live"
            }, given: nil)
    }

    private func value(of key: String, _ schema: SettingSchema, option: String) throws(SetupError) -> JSON {
        let what = schema.what.map { "\(key) (\($0))" } ?? key
        return try interview.answer(
            Question(option: "\(option) \(key)=...", words: what, usual: schema.default?.plain) {
                text throws(SetupError) in
                try Self.value(text, schema)
            }, given: nil)
    }

    private static func pairs(_ texts: [String], option: String) throws(SetupError) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw SetupError("\(option) takes NAME=VALUE, not \(quoted(text))")
            }
            pairs[String(text[..<sign])] = String(text[text.index(after: sign)...])
        }
        return pairs
    }

    private static func value(_ text: String, _ schema: SettingSchema) throws(SetupError) -> JSON {
        let value: JSON =
            switch schema.type {
            case .decimal, .integer, .price, .quantity: .number(text)
            case .boolean: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
            case .text, .duration, .choice: .string(text)
            case .list where schema.items?.type == .text: .array(Self.words(text).map(JSON.string))
            case .list, .object: throw SetupError("it is a list or has keys of its own; write it into the file later")
            }
        do throws(SettingDefect) { try schema.check(value) } catch { throw SetupError(error.why) }
        return value
    }

    /// `NVDA, AAPL` or `NVDA AAPL`.
    private static func words(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " }.map(String.init)
    }

    // MARK: - The account

    /// - Parameter found: as the broker names it; nil: nobody could ask it.
    package func account(found: AccountID?) throws(SetupError) -> AccountID {
        if let given = options.account, let found, given != found.text {
            throw SetupError("--account names \(given), and the key is of \(found)")
        }
        if let found { return found }
        return try interview.answer(
            Question(option: "--account", words: "The account's id, exactly as the broker names it?", usual: nil) {
                text throws(SetupError) in
                do { return try AccountID(text) } catch { throw SetupError("\(error)") }
            }, given: options.account)
    }

    /// All that is asked once the account is known.
    package func answers(
        _ broker: PluginManifest, _ account: AccountID, settings: [(key: String, value: JSON)], keyFile: String?
    ) throws(SetupError) -> AccountAnswers {
        var answers = AccountAnswers(account: account, broker: broker)
        answers.settings = fixed(broker.setup?.settings, account) + settings
        if let keys = broker.setup?.keys, let keyFile { answers.settings.append((keys.setting, .string(keyFile))) }
        answers.provider = try provider(broker, account, keyFile, settings)
        answers.plugins = options.plugins
        answers.watched = try interview.answer(Self.watched, given: options.watched)
        let usual =
            settings.contains { $0.key == broker.realMoneySetting && $0.value == .bool(true) } ? "entries" : "none"
        answers.approval = try interview.answer(Self.approval(usual), given: options.approval)
        answers.dailyLoss = try interview.answer(
            Self.share("--daily-loss", "No more entries on a day that has lost this share of equity?", "0.03", to: 1),
            given: options.dailyLoss)
        answers.weight = try interview.answer(
            Self.share("--position-weight", "Largest share of equity in one position that is entered?", "0.2", to: 4),
            given: options.weight)
        answers.stop = try interview.answer(Self.stop, given: options.stop)
        return answers
    }

    private func fixed(_ settings: JSON?, _ account: AccountID) -> [(key: String, value: JSON)] {
        guard case .object(let members)? = settings else { return [] }
        return members.map { member in
            (member.key, member.value == .string("@ACCOUNT@") ? .string(account.text) : member.value)
        }
    }

    private func provider(
        _ broker: PluginManifest, _ account: AccountID, _ keyFile: String?,
        _ brokerSettings: [(key: String, value: JSON)]
    ) throws(SetupError) -> (manifest: PluginManifest, settings: [(key: String, value: JSON)])? {
        guard let wanted = broker.setup?.provider else { return nil }
        guard let manifest = catalog.manifest(wanted.plugin) else {
            interview.say("The provider \(wanted.plugin) is not here, so the file names none.")
            return nil
        }
        var settings = fixed(wanted.settings, account)
        settings += try chosen(
            options.providerSettings, of: manifest, asking: wanted.questions ?? [], option: "--set-provider")
        if let keys = broker.setup?.keys, let keyFile, manifest.settings?[keys.setting] != nil {
            settings.append((keys.setting, .string(keyFile)))
        }
        if let live = brokerSettings.first(where: { $0.key == broker.realMoneySetting }),
            manifest.settings?[live.key]?.type == .boolean
        {
            settings.append(live)
        }
        return (manifest, settings)
    }

    private static var watched: Question<[Symbol]> {
        Question(
            option: "--watch", words: "Symbols that are never touched, such as AAPL,MSFT?", usual: ""
        ) { text throws(SetupError) in
            var symbols: [Symbol] = []
            for part in words(text) {
                do { symbols.append(try Symbol(part)) } catch { throw SetupError("\(error)") }
            }
            return symbols
        }
    }

    private static func approval(_ usual: String) -> Question<ApprovalMode> {
        Question(
            option: "--approval", words: "What are you asked before it is done: none, entries or all?", usual: usual
        ) {
            text throws(SetupError) in
            guard let mode = ApprovalMode(rawValue: text) else { throw SetupError("write none, entries or all") }
            return mode
        }
    }

    private static func share(_ option: String, _ words: String, _ usual: String, to most: Int64) -> Question<Ratio?> {
        Question(option: option, words: words + " (none: no limit)", usual: usual) { text throws(SetupError) in
            if text == "none" { return nil }
            let share = try ratio(text)
            guard share.isPositive, share <= Ratio(units: most * Ratio.scale) else {
                throw SetupError("a share above 0 and up to \(most), 0.05 is 5 %, not \(quoted(text))")
            }
            return share
        }
    }

    private static var stop: Question<Ratio> {
        Question(
            option: "--stop", words: "The core's own stop, a share of the price from the market?", usual: "0.05"
        ) { text throws(SetupError) in
            let share = try ratio(text)
            guard share >= Ratio(units: Ratio.scale / 1_000), share <= Ratio(units: Ratio.scale / 2) else {
                throw SetupError("a share from 0.001 to 0.5, 0.05 is 5 %, not \(quoted(text))")
            }
            return share
        }
    }

    private static func ratio(_ text: String) throws(SetupError) -> Ratio {
        do throws(NumericError) { return try Ratio(text) } catch {
            throw SetupError("\(quoted(text)) is no number; 0.05 is 5 %")
        }
    }
}
