import Foundation
import Orchestration
import Testing
import Trading
import Wording

@testable import Configuration

/// `docs/configuration-keys.md` is made of the declarations in `Sources/Configuration/Configuration.swift`: key, kind of value and
/// meaning; and of the figures that the core has without a file: the defaults. `UPDATE_FROZEN=1` writes it anew.
@Suite("The page of all configuration keys")
struct KeysPageTests {
    private struct Field {
        var name: String
        var type: String
        var meaning: String

        var key: String { name.replacing(#/[A-Z]+/#) { "_" + $0.output.lowercased() } }
        var isRequired: Bool { !type.hasSuffix("?") }

        var kind: String {
            let type = type.replacing("?", with: "").replacing(#/Choice<(\w+)>/#) { $0.1 }
            let kinds = [
                "Span": "a time: `500ms`, `10s`, `5m`, `1h`", "Ratio": "a share: `0.03` is 3 %", "Int64": "a number",
                "Bool": "`true` or `false`", "Money": "an amount", "Quantity": "shares", "AccountID": "a name",
                "PluginName": "a name", "String": "text", "JSON": "settings", "ClockKind": "`real` or `lockstep`",
                "[Symbol]": "a list of symbols", "[String]": "a list", "[PluginEntry]": "a list of plugins",
                "PluginEntry": "a plugin", "[Symbol: String]": "a name for each symbol",
                "[Symbol: Price]": "a price for each symbol", "[Symbol: SymbolMode]": "a mode for each symbol",
                "ExternalOrders": "`leave` or `manage`", "ApprovalMode": "`none`, `entries` or `all`",
            ]
            return kinds[type] ?? (type.hasSuffix("Entry") ? "keys" : "?? \(type)")
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func source(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    /// The stored properties of a structure, in order, with their comment.
    private func fields(of structure: String, in source: String) throws -> [Field] {
        let start = try #require(source.range(of: "struct \(structure):")).upperBound
        var (fields, comment, depth) = ([Field](), [String](), 0)
        for line in source[start...].split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if depth == 1, let found = text.wholeMatch(of: #/package var (\w+)(?:: ([^={]+?))?(?: = .*)?/#) {
                let meaning = comment.joined(separator: " ")
                fields.append(Field(name: "\(found.1)", type: found.2.map { "\($0)" } ?? "", meaning: meaning))
            }
            if text.hasPrefix("/// ") { comment.append(String(text.dropFirst(4))) } else { comment = [] }
            depth += text.count { $0 == "{" } - text.count { $0 == "}" }
            if depth < 0 || (depth == 0 && text == "}") { break }
            if fields.isEmpty, depth == 0 { depth = 1 }
        }
        return fields
    }

    private func page() throws -> String {
        let configuration = try source("Sources/Configuration/Configuration.swift")
        let limits = try fields(of: "HardLimits", in: source("Sources/Orchestration/Limits.swift"))
        let damping = try fields(of: "Damping", in: source("Sources/Orchestration/Decisions/Damping.swift"))
        let core = CoreConfiguration(account: AccountID(unchecked: "none"), policies: [])
        // Which policies there are without a file is not the core's to know.
        let figures = core.figures.filter { $0.key != "policies" }
        let defaults = Dictionary(uniqueKeysWithValues: figures.map { ($0.key, $0.value.words) })
        var lines = [
            "# Configuration keys", "",
            "Every key of an account's YAML file, with its default; how they are used: [configuration](configuration.md). Made from the code: a test keeps it so.",
            "A key that is not here is refused, with the one that is meant.",
        ]
        func table(
            _ title: String, _ structure: String, prefix: String = "", others: [Field] = [], in file: String? = nil
        ) throws {
            lines += ["", "## \(title)", "| key | value | default | meaning |", "|---|---|---|---|"]
            for field in try fields(of: structure, in: file ?? configuration) {
                let other = others.first { $0.name == field.name }?.meaning ?? ""
                let meaning = field.meaning.isEmpty ? other : field.meaning
                #expect(!meaning.isEmpty, "\(structure).\(field.name) has no comment that says what it means")
                #expect(!field.kind.hasPrefix("??"), "\(field.name): what is a \(field.type)?")
                let fallback = field.isRequired ? "needed" : defaults[prefix + field.key] ?? ""
                let plain = meaning.replacing("``", with: "`").replacing("|", with: "\\|")
                    .replacing(#/ See `\w+`\./#, with: "")
                lines.append("| `\(prefix)\(field.key)` | \(field.kind) | \(fallback) | \(plain) |")
            }
        }
        try table("The account", "Configuration")
        try table("A plugin: `broker`, and each of `standby_brokers`, `providers`, `policies`", "PluginEntry")
        try table("What a plugin's process may use", "ProcessLimitsEntry", prefix: "limits.")
        try table("Limits", "HardLimitsEntry", prefix: "limits.", others: limits)
        let pauses = try source("Sources/Configuration/PauseEntries.swift")
        try table(
            "A pause after a fall from the peak", "DrawdownPauseEntry", prefix: "limits.drawdown_pause.", in: pauses)
        try table(
            "A pause after a weekly loss", "WeeklyLossPauseEntry", prefix: "limits.weekly_loss_pause.", in: pauses)
        try table(
            "A pause after losses in a row", "LossStreakPauseEntry", prefix: "limits.loss_streak_pause.", in: pauses)
        try table("Day trades", "DayTradesEntry", prefix: "limits.day_trades.", in: pauses)
        try table("Damping", "DampingEntry", prefix: "damping.", others: damping)
        try table("Bounds of advisories", "AdvisoryBoundsEntry", prefix: "advisory_bounds.")
        try table("Plugins on other hosts", "ListenEntry", prefix: "listen.")
        try table("The run", "RunEntry", prefix: "run.")
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("has every key with what it means, and is what the code says")
    func current() throws {
        let (page, file) = (try page(), Self.root.appending(path: "docs/configuration-keys.md"))
        #expect(page.matches(of: #/\n\| `/#).count > 60)
        if ProcessInfo.processInfo.environment["UPDATE_FROZEN"] == "1" {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == page, "write it anew: UPDATE_FROZEN=1 swift test --filter KeysPageTests")
    }

    @Test("says of every figure the range that the file is checked against")
    func ranges() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let (configuration, page) = (try loading.load(Loading.base).configuration, try page())
        #expect(configuration.ranges.count > 25)
        for range in configuration.ranges where range.place != ["run", "cycles"] {
            let key = range.place.joined(separator: ".")
            let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(key)` |") }
            #expect(row?.contains("`\(range.low)` to `\(range.high)`") == true, "\(key): \(row ?? "it is missing")")
        }
    }
}
