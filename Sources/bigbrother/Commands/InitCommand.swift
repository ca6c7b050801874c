import ArgumentParser
import CommandSupport
import Configuration
import Foundation
import JSON
import Node
import Setup
import Trading
import Wire

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Set up an account: asks a few questions and writes its YAML file.",
        discussion: """
            On a terminal it asks. Without one, options answer, and what has a usual
            answer may be left out. Keys never stand on the command line, where others
            could read them: they are asked without being shown, are in a file that is
            there already (--key-file), or come on standard input (--keys-from-input).
            They are kept in a file of mode 0600 beside the account's.
            """)

    @Argument(help: "The file to write; it must not be there yet.") var file = "account.yaml"
    @Option(help: "The broker: a plugin.") var broker: String?
    @Flag(help: "Paper money.") var paper = false
    @Flag(help: "Real money.") var live = false
    @Option(help: "The account's id, as the broker names it; with a key the broker is asked.") var account: String?
    @Option(help: "The file of the broker's keys; absent: beside FILE.") var keyFile: String?
    @Flag(help: "The keys come on standard input, lines of NAME=value.") var keysFromInput = false
    @Option(name: .customLong("set"), help: "A setting of the broker, NAME=VALUE; may come several times.")
    var settings: [String] = []
    @Option(name: .customLong("set-provider"), help: "The same of the provider that gives the prices.")
    var providerSettings: [String] = []
    @Option(help: "Symbols that are never touched, such as AAPL,MSFT.") var watch: String?
    @Option(help: "What a person is asked before it is done: none, entries or all.") var approval: String?
    @Option(help: "No more entries on a day that has lost this share of equity; or none.") var dailyLoss: String?
    @Option(help: "Largest share of equity in one position that is entered; or none.") var positionWeight: String?
    @Option(help: "The core's own stop, a share of the price from the market.") var stop: String?
    @Option(help: "A folder with plugins, beside those that ship; may come several times.") var plugins: [String] = []
    @Flag(help: "Write the file although the broker cannot be asked.") var unchecked = false

    func validate() throws {
        if paper, live { throw ValidationError("--paper or --live, not both") }
    }

    func run() throws {
        try Failure.guarding {
            let path = URL(fileURLWithPath: file).standardizedFileURL.path
            guard !FileManager.default.fileExists(atPath: path) else {
                throw SetupError("\(path) is there already, and is not overwritten; name another file")
            }
            let isTerminal = isatty(0) == 1 && isatty(1) == 1 && !keysFromInput
            let interview = Interview(isTerminal ? PersonAtTerminal() : nil)
            let folders = plugins.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
            let catalog = PluginCatalog(
                folders: folders + [Home.project + "/Plugins"] + PluginCatalog.sharedFolders, binaries: Home.binaries)
            let setup = AccountSetup(catalog, options(folders), interview)
            let manifest = try setup.broker()
            let settings = try setup.settings(of: manifest)
            let keyPath = try establishKeys(manifest, beside: path, interview)
            let found = try examine(manifest, settings, keyPath, catalog, interview)
            let account = try setup.account(found: found)
            let answers = try setup.answers(manifest, account, settings: settings, keyFile: keyPath)
            try write(AccountFile(answers).text, to: path)
            try sayWhatFollows(path, answers)
        }
    }

    private func options(_ folders: [String]) -> SetupOptions {
        var options = SetupOptions()
        (options.broker, options.account, options.settings) = (broker, account, settings)
        options.providerSettings = providerSettings
        options.isLive = live ? true : paper ? false : nil
        (options.watched, options.approval, options.stop) = (watch, approval, stop)
        (options.dailyLoss, options.weight, options.plugins) = (dailyLoss, positionWeight, folders)
        return options
    }

    private func establishKeys(_ manifest: PluginManifest, beside file: String, _ interview: Interview) throws
        -> String?
    {
        guard let keys = manifest.setup?.keys else {
            if keyFile != nil || keysFromInput { throw SetupError("\(manifest.name) has no keys") }
            return nil
        }
        let usual = URL(fileURLWithPath: file).deletingPathExtension().path + ".keys"
        let path = keyFile.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? usual
        let input =
            keysFromInput ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : nil
        switch try BrokerKeys(keys, path: path).establish(interview, input: input) {
        case .written: print("\(path) has the keys; nobody but you can read it".onOneLine)
        case .wasThere: print("\(path) has the keys already".onOneLine)
        }
        return path
    }

    /// The plugin's own process asks the broker.
    /// - Returns: the account as the broker names it; nil where the plugin does not say it.
    private func examine(
        _ manifest: PluginManifest, _ settings: [(key: String, value: JSON)], _ keyPath: String?,
        _ catalog: PluginCatalog,
        _ interview: Interview
    ) throws -> AccountID? {
        guard !unchecked else { return nil }
        var entry = Configuration.PluginEntry(plugin: manifest.name)
        let keys = manifest.setup?.keys.flatMap { keys in keyPath.map { [(keys.setting, JSON.string($0))] } } ?? []
        entry.settings = .object((settings.map { ($0.key, $0.value) } + keys).map { JSON.Member(key: $0, value: $1) })
        guard let program = try catalog.doctor(entry) else { return nil }
        let question = DoctorQuestion(
            account: try account.map { try AccountID($0) }, settings: entry.settings ?? .object([]))
        let findings = PluginExamination(program).ask(question)
        for finding in findings { print(PluginFindings.line(finding)) }
        if findings.contains(where: { !$0.ok }), try !interview.agrees(to: "Write the file all the same?") {
            throw SetupError(
                "\(manifest.name) could not do its work, and no file was written; mend what is BAD above, or say --unchecked"
            )
        }
        return findings.lazy.compactMap(\.account).first
    }

    private func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SetupError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Also whether what was written can be read.
    private func sayWhatFollows(_ path: String, _ answers: AccountAnswers) throws {
        let loaded = try Home.configuration(path)
        let money = loaded.realMoneyBrokers.isEmpty ? "" : ", real money"
        let more = loaded.realMoneyBrokers.isEmpty ? "" : "; the first time it asks for the account's id"
        print(
            """
            \(path) is written: account \(answers.account) at \(answers.broker.name)\(money)
            next:
              bigbrother doctor \(path)          is everything there
              bigbrother plan --config \(path)   what would be done first; nothing is sent
              bigbrother run --config \(path)    manage it\(more)
            """)
    }
}

/// Standard input and output, where a person is.
private struct PersonAtTerminal: Terminal {
    func say(_ line: String) { print(line.onOneLine) }

    func ask(_ prompt: String, isSecret: Bool) -> String? {
        print(prompt.onOneLine, terminator: "")
        fflush(nil)
        guard isSecret else { return readLine() }
        var attributes = termios()
        guard tcgetattr(0, &attributes) == 0 else { return nil }
        var silent = attributes
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(0, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(0, TCSAFLUSH, &attributes)
            print("")
        }
        return readLine()
    }
}
