import ArgumentParser
import CommandSupport
import Configuration
import Console
import Foundation
import Keys
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire
import Wording
import ZeroMQTransport

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the machine, the configuration, the plugins and the journal.")
    @Argument(help: "The YAML file of the account; the same as --config.") var file: String?
    @OptionGroup var options: JournalOptions
    @Flag(
        help:
            "Place and take back small orders far from the market, and write down how the venue behaves. Paper accounts only."
    ) var liveProbe = false

    private struct Finding: Encodable {
        var what: String
        var ok: Bool
        var words: String
    }

    func run() throws {
        try Failure.guarding {
            var findings = machine()
            do {
                let loaded = try Home.configuration(file ?? options.config)
                findings.append(
                    Finding(
                        what: "configuration", ok: true,
                        words:
                            "\(loaded.file.path): account \(loaded.configuration.account), \(loaded.specs.count) plugins"
                    ))
                findings += plugins(loaded)
                if let words = loaded.configuration.core().withoutPoliciesWords {
                    findings.append(Finding(what: "policies", ok: true, words: words))
                }
                findings += settings(loaded)
                findings += hosts(loaded)
                findings += try examinations(loaded)
                findings += limits(loaded.configuration.core().limits)
                findings += state(loaded)
                findings += journal(options.journal ?? loaded.journalPath)
            } catch {
                findings.append(Finding(what: "configuration", ok: false, words: "\(error)"))
                if let path = options.journal { findings += journal(path) }
            }
            if options.json {
                try options.printJSON(findings)
            } else {
                for finding in findings { print(PluginFindings.line(finding.what, isOK: finding.ok, finding.words)) }
            }
            if findings.contains(where: { !$0.ok }) { throw ExitCode(Failure.badInput) }
        }
    }

    private func machine() -> [Finding] {
        let clock = SystemClock().wall
        let sane = clock > Timestamp(seconds: 1_700_000_000)
        let python = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
        return [
            Finding(
                what: "clock", ok: sane,
                words: sane ? clock.inMilliseconds : "\(clock.inMilliseconds) is wrong; set the machine's clock"),
            Finding(
                what: "home", ok: FileManager.default.fileExists(atPath: Home.project + "/Plugins"), words: Home.project
            ),
            Finding(
                what: "python", ok: python,
                words: python
                    ? "/usr/bin/python3, for policies written in Python"
                    : "no /usr/bin/python3; apt-get install python3 python3-zmq"),
        ]
    }

    private func plugins(_ loaded: LoadedConfiguration) -> [Finding] {
        let leftOut = loaded.leftOut.map { Finding(what: "left out", ok: false, words: $0) }
        return leftOut
            + loaded.specs.map { spec in
                let how =
                    spec.program.map { ([$0.executable] + $0.arguments).joined(separator: " ") }
                    ?? "dials in from elsewhere"
                let isStandby =
                    loaded.configuration.core().brokers.dropFirst().contains(spec.name) && spec.role == .broker
                let role = isStandby ? "standby broker" : spec.role.rawValue
                return Finding(what: "plugin", ok: true, words: "\(role) \(spec.name): \(how)")
            }
    }

    /// Who may come from other hosts, and whether anybody has a key to do so.
    private func hosts(_ loaded: LoadedConfiguration) -> [Finding] {
        guard !loaded.listeners.isEmpty else { return [] }
        do {
            let list = try KeyStore(stateDirectory: loaded.stateDirectory).list()
            return loaded.listeners.map {
                Finding(what: "listen", ok: true, words: "a \($0.role) comes in at \($0.endpoint), with CURVE")
            }
                + loaded.specs.filter { $0.program == nil }.map { spec in
                    let keys = list.keys.filter { $0.role == spec.role.rawValue && $0.name == spec.name.text }
                    let words =
                        keys.isEmpty
                        ? "no key is allowed for it, so it comes in on this host only; see docs/hosts.md"
                        : keys.map(\.publicKey).joined(separator: ", ")
                    return Finding(what: "key", ok: true, words: "\(spec.role.rawValue) \(spec.name): \(words)")
                }
        } catch {
            return [Finding(what: "keys", ok: false, words: "\(error)")]
        }
    }

    private func settings(_ loaded: LoadedConfiguration) -> [Finding] {
        loaded.settingWords.map { Finding(what: "settings", ok: true, words: $0) }
    }

    /// What the plugins' own programs say of their keys and venues.
    private func examinations(_ loaded: LoadedConfiguration) throws -> [Finding] {
        let configuration = loaded.configuration
        let entries =
            [configuration.broker] + (configuration.standbyBrokers ?? []) + (configuration.providers ?? [])
            + configuration.chosenPolicies
        return try entries.flatMap { entry -> [Finding] in
            guard let program = try loaded.catalog.doctor(entry) else { return [] }
            var question = DoctorQuestion(
                account: configuration.account, settings: entry.settings ?? .object([]))
            if isProbed(entry, in: loaded) { (question.isProbe, question.record) = (true, recordPath(entry)) }
            let limit: Int64 = question.isProbe == true ? 600_000 : 60_000
            return PluginExamination(program, limitMilliseconds: limit).ask(question).map {
                Finding(what: $0.what, ok: $0.ok, words: "\(entry.name ?? entry.plugin): \($0.words)")
            }
        }
    }

    private func isProbed(_ entry: Configuration.PluginEntry, in loaded: LoadedConfiguration) -> Bool {
        liveProbe && loaded.catalog.manifest(entry.plugin)?.role == .broker
    }

    private func recordPath(_ entry: Configuration.PluginEntry) -> String {
        let name = "probe-\(entry.name ?? entry.plugin)-\(SystemClock().wall.inMilliseconds).json"
        return URL(fileURLWithPath: name).standardizedFileURL.path
    }

    private func limits(_ limits: HardLimits) -> [Finding] {
        limits.words.map { Finding(what: "limit", ok: true, words: $0) }
    }

    private func state(_ loaded: LoadedConfiguration) -> [Finding] {
        let folder = loaded.stateDirectory
        let parent =
            FileManager.default.fileExists(atPath: folder)
            ? folder : URL(fileURLWithPath: folder).deletingLastPathComponent().path
        let writable =
            FileManager.default.isWritableFile(atPath: parent) || !FileManager.default.fileExists(atPath: parent)
        var free = statvfs()
        statvfs(FileManager.default.fileExists(atPath: parent) ? parent : "/", &free)
        let megabytes = Int64(free.f_bavail) * Int64(free.f_frsize) / 1_000_000
        return [
            Finding(
                what: "state folder", ok: writable,
                words: writable ? folder : "\(folder) cannot be written; mend its rights or name another `state`"),
            Finding(
                what: "disk", ok: megabytes > 100,
                words: "\(megabytes) MB free\(megabytes > 100 ? "" : "; the journal needs room, or trading halts")"),
        ]
    }

    private func journal(_ path: String) -> [Finding] {
        guard FileManager.default.fileExists(atPath: path) else {
            return [Finding(what: "journal", ok: true, words: "none yet at \(path)")]
        }
        do {
            let reader = try SQLiteJournalReader(path: path)
            try reader.verify()
            let head = try reader.head
            let version = try JournalVersion.spans(of: reader).last?.version ?? .current
            let sound = Finding(
                what: "journal", ok: true,
                words: "\(path): \(head.sequence) entries in \(version), chain sound, hash \(head.chain.short)")
            return [sound] + Self.findings(try JournalReading(reader))
        } catch {
            return [Finding(what: "journal", ok: false, words: "\(error)")]
        }
    }

    private static func findings(_ reading: JournalReading) -> [Finding] {
        let inputs =
            reading.unreadable.map {
                Finding(
                    what: "journal", ok: false,
                    words: "\($0.words); go on with `bigbrother run --fresh`, which keeps this journal")
            } ?? Finding(what: "journal", ok: true, words: "all \(reading.inputs) inputs can be read")
        let snapshot = reading.snapshot.map {
            Finding(
                what: "snapshot", ok: $0.defect.isExpected,
                words: "that at entry \($0.sequence) cannot be used, because \($0.defect.words); a start takes longer")
        }
        return [inputs] + [snapshot].compactMap { $0 }
    }
}
