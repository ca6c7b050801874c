import ArgumentParser
import CommandSupport
import Configuration
import Conformance
import Foundation
import Trading
import Wire

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find out whether a plugin keeps the protocol.",
        discussion: """
            Acts as the core to one plugin, by its role and what it declares: valid,
            unusual and malformed messages, silence, restarts, kill -9. Every rule is
            listed with what was seen, or with the reason why it does not apply.

            A BROKER ADAPTER IS MADE TO BUY AND SELL, on the account that its settings
            name (check.json beside plugin.json): use a paper account.

              bigbrother check Plugins/Policies/StopLoss
              bigbrother check my-broker --settings paper.yaml --junit check.xml
              bigbrother check ipc:///tmp/mine/policy --role policy --name mine

            The last form listens there for a plugin that you start yourself. Exit code:
            0 when all that applies has passed, 1 when not, 2 for wrong input.
            """)

    @Argument(help: "The folder with plugin.json, or an endpoint to listen at.") var plugin: String
    @Option(help: "A YAML or JSON file with the plugin's settings, instead of those in check.json.") var settings:
        String?
    @Option(help: "Of a plugin at an endpoint: policy, broker or provider.") var role: String?
    @Option(help: "Of a plugin at an endpoint: the name that it says hello with.") var name: String?
    @Option(help: "Only checks whose name has this in it; may be given several times.") var only: [String] = []
    @Option(help: "Write the report as JUnit XML to this file.") var junit: String?
    @Flag(help: "Print the report as JSON.") var json = false

    func run() throws {
        try Failure.guarding {
            let subject = try subject()
            try checkOnly(subject)
            if !json { print("Checking \(subject.name), a \(subject.role.rawValue): \(plugin)") }
            let report = try Conformance.run(subject, only: only) { row in
                if !json { for line in row.lines { print(line) } }
            }
            if let junit { try Data(report.junit.utf8).write(to: URL(fileURLWithPath: junit)) }
            print(json ? try report.json() : report.summary)
            guard report.hasPassed else { throw ExitCode(1) }
        }
    }

    /// A misspelled name would check nothing, and pass nothing.
    private func checkOnly(_ subject: PluginUnderTest) throws {
        let names = Conformance.checks(for: subject.role).map(\.name)
        for part in only where !names.contains(where: { $0.contains(part) }) {
            throw ValidationError(
                "--only \(part): no check has this in its name; there are \(names.joined(separator: ", "))")
        }
    }

    private func subject() throws -> PluginUnderTest {
        let tree = try settings.map { path in try SettingsFile(text: readText(path), path: path).tree }
        guard plugin.contains("://") else {
            let folder = URL(fileURLWithPath: plugin).standardizedFileURL.resolvingSymlinksInPath().path
            let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }.sorted()
            return try PluginUnderTest(
                folder: folder, settings: tree, binaries: Home.binaries, environment: environment)
        }
        guard let role = role.flatMap(Role.init(rawValue:)), role != .control, let name else {
            throw ValidationError("an endpoint needs --role policy, broker or provider, and --name NAME")
        }
        return PluginUnderTest(endpoint: plugin, role: role, name: try PluginName(name), settings: tree)
    }
}
