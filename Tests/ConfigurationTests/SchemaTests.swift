import Foundation
import Testing
import Trading
import Wire

@testable import Configuration

/// A manifest with the settings of a schema, and what it says of settings written as YAML.
private func verdict(_ schema: String, _ settings: String, symbolSettings: Bool = true) throws -> String? {
    let text = """
        {"name": "probe", "role": "policy", "version": "1", "description": "x", "command": ["x"],
         "symbol_settings": \(symbolSettings), "settings": \(schema)}
        """
    let manifest = try SettingsFile(text: text, path: "plugin.json").decode(PluginManifest.self)
    let tree = try SettingsFile(text: settings, path: "x.yaml").tree
    do throws(SettingDefect) { try manifest.check(tree) } catch { return error.description }
    return nil
}

@Suite("A plugin's settings against its schema")
struct SchemaTests {
    private static let schema = """
        {"trail": {"type": "decimal", "exclusive_minimum": 0, "exclusive_maximum": 1, "what": "distance"},
         "trail_from": {"type": "choice", "choices": ["high_water", "last"]},
         "count": {"type": "integer", "minimum": 1, "maximum": 9},
         "shorts": {"type": "boolean"},
         "patience": {"type": "duration", "minimum": "1s", "maximum": "5m"},
         "round_to": {"type": "price", "exclusive_minimum": 0},
         "lot": {"type": "quantity"},
         "note": {"type": "text"},
         "ladder": {"type": "list", "minimum": 1, "maximum": 2, "items": {"type": "object", "fields": {
            "at_r": {"type": "decimal", "required": true}, "take": {"type": "decimal", "maximum": 1}}}},
         "sectors": {"type": "object", "items": {"type": "decimal"}}}
        """

    @Test(
        "what fits is taken",
        arguments: [
            "{}", "{trail: 0.02}", "{trail: \"0.02\"}", "{trail: }", "{trail_from: last}", "{count: 9}",
            "{shorts: true}",
            "{patience: 1s}", "{patience: 5m}", "{round_to: 0.5}", "{lot: 0.000000001}", "{note: 15}", "{note: a b}",
            "{ladder: [{at_r: 1, take: 0.5}, {at_r: 2}]}", "{sectors: {technology: 0.3}}",
            "{trail: 0.02, symbols: {NVDA: {trail: 0.03}, BRK.B: {ladder: [{at_r: 1}]}}}",
        ])
    func fits(settings: String) throws {
        #expect(try verdict(Self.schema, settings) == nil)
    }

    @Test(
        "what does not is told with its place, and what would be right",
        arguments: [
            ("{trail: 0}", "trail: it must be above 0 and below 1"),
            ("{trail: 1}", "trail: it must be above 0 and below 1"),
            ("{trail: wide}", "trail: "), ("{trail: 0.0000001}", "trail: "),
            ("{trail: [1]}", "write a number, not an array"),
            ("{trail_from: lst}", "trail_from: \"lst\" is none of high_water, last, did you mean \"last\"?"),
            ("{trail_from: 3}", "write one of high_water, last, not a number"),
            ("{count: 0}", "count: it must be at least 1 and at most 9"),
            ("{count: 1.5}", "\"1.5\" is no whole number"),
            ("{shorts: yes}", "shorts: write true or false, not a string"),
            ("{patience: 6m}", "patience: it must be at least 1s and at most 5m"),
            ("{patience: 5}", "\"5\" is no length of time; write it as 500ms, 10s, 5m or 2h"),
            ("{round_to: 0}", "round_to: it must be above 0"), ("{lot: 0.0000000001}", "lot: "),
            ("{note: {}}", "note: write text, not an object"),
            ("{ladder: []}", "ladder: it must be at least 1 and at most 2 items"),
            ("{ladder: [{take: 1}]}", "ladder[0]: it needs `at_r`"),
            ("{ladder: [{at_r: 1, tale: 1}]}", "ladder[0].tale: there is no \"tale\", did you mean \"take\"?"),
            ("{ladder: [{at_r: 1}, {at_r: 1, take: 2}]}", "ladder[1].take: it must be at most 1"),
            ("{sectors: {technology: much}}", "sectors.technology: "),
            ("{trial: 0.02}", "trial: probe knows no setting \"trial\", did you mean \"trail\"?"),
            ("{trailing_from: last}", "did you mean \"trail_from\"?"),
            ("{colour: red}", "probe knows no setting \"colour\"; there are: count, ladder, "),
            ("{symbols: {NVDA: {trial: 0.02}}}", "symbols.NVDA.trial: probe knows no setting \"trial\", did you mean"),
            ("{symbols: {NVDA: {trail: 2}}}", "symbols.NVDA.trail: it must be above 0 and below 1"),
            ("{symbols: {nvda: {trail: 0.1}}}", "symbols.nvda: "),
            ("{symbols: {NVDA: {symbols: {}}}}", "symbols.NVDA.symbols: probe knows no setting \"symbols\""),
            ("{symbols: [NVDA]}", "symbols: write the settings of each symbol"),
            ("[1]", "settings are keys with values"),
        ])
    func misfits(settings: String, words: String) throws {
        let said = try #require(try verdict(Self.schema, settings))
        #expect(said.contains(words), "\(said)")
    }

    @Test("a required setting must be there, for all symbols and not for a single one")
    func required() throws {
        let schema = #"{"cash": {"type": "decimal", "required": true, "what": "Cash at the start."}}"#
        #expect(try verdict(schema, "{}") == "probe needs `cash`: Cash at the start.")
        #expect(try verdict(schema, "{cash: null}") != nil)
        #expect(try verdict(schema, "{cash: 1, symbols: {A: {}}}") == nil)
    }

    @Test("a plugin that does not take settings of single symbols says so")
    func noSymbols() throws {
        let said = try verdict(Self.schema, "{symbols: {NVDA: {trail: 0.1}}}", symbolSettings: false)
        #expect(said?.contains("knows no setting \"symbols\"") == true)
    }

    @Test(
        "a schema that contradicts itself is a bad manifest",
        arguments: [
            (#"{"type": "decimal", "default": "x"}"#, "settings.probe.default"),
            (#"{"type": "decimal", "maximum": 1, "default": 2}"#, "settings.probe.default: it must be at most 1"),
            (#"{"type": "duration", "minimum": 3}"#, "settings.probe.minimum"),
            (#"{"type": "choice"}"#, "settings.probe: name its `choices`"),
            (#"{"type": "list", "items": {"type": "integer", "minimum": "x"}}"#, "settings.probe.items.minimum"),
            (
                #"{"type": "whole number"}"#,
                "settings.probe.type: \"whole number\" is no type of setting; there are decimal"
            ),
            (#"{"type": "decimal", "minimun": 1}"#, "did you mean \"minimum\"?"),
        ])
    func badSchema(schema: String, words: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try """
        {"name": "probe", "role": "policy", "version": "1", "description": "x", "command": ["x"],
         "settings": {"probe": \(schema)}}
        """.write(to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let error = PluginCatalog(folders: [folder.path], binaries: "/nowhere").broken.first
        #expect(error?.what.contains(words) == true && error?.line == 2, "\(String(describing: error))")
    }

    @Test("every policy that is built with the kit takes settings of single symbols; every default fits")
    func shipped() throws {
        let catalog = PluginCatalog(folders: [project + "/Plugins"], binaries: "/nowhere")
        #expect(catalog.plugins.count >= 7)
        for found in catalog.plugins.values where found.manifest.role == .policy {
            #expect(found.manifest.symbolSettings == true || !found.manifest.command[0].hasPrefix("policy-"))
        }
        for name in Configuration.defaultPolicies { #expect(catalog.plugins[name]?.manifest.role == .policy) }
    }

    @Test("a program that is not built is told with the command that builds it, where it is the project's own")
    func notBuilt() throws {
        let catalog = PluginCatalog(folders: [project + "/Plugins"], binaries: "/nowhere")
        func words(_ command: String? = nil) throws -> String {
            var found = try #require(catalog.plugins.values.first { $0.manifest.command == ["policy-time-stop"] })
            if let command { found.manifest.command = [command] }
            let error = #expect(throws: ConfigurationError.self) { try catalog.program(found) }
            return "\(try #require(error))"
        }
        #expect(try words().hasSuffix("; build it: swift build -c release --product policy-time-stop"))
        #expect(try words(".build/debug/x").hasSuffix("; build it in \(project)/Plugins/Policies/TimeStop"))
    }
}

let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
