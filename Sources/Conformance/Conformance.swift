import Foundation
import Glibc
import SystemTime
import Trading
import Wire

/// The conformance kit: plays the core to one plugin, and says which rules of proto/PROTOCOL.md it keeps.
///
/// ```swift
/// let subject = try Subject(folder: path, binaries: binaries, environment: [])
/// let report = try Conformance.run(subject) { row in print(row.lines) }
/// exit(report.hasPassed ? 0 : 1)
/// ```
/// 1. Every check of the plugin's role stands in the report: passed, failed, or not applicable with the reason.
/// 2. Nothing is left behind: no process, no folder.
package enum Conformance {
    /// In the order in which they are run.
    package static func checks(for role: Role) -> [Check] {
        let own: [Check] =
            switch role {
            case .policy: PolicyChecks.all
            case .broker: BrokerChecks.all + BrokerRestartChecks.all + BrokerUncertaintyChecks.all
            case .provider: ProviderChecks.all
            case .control: []
            }
        return LifeChecks.all + SettingsChecks.all + own
    }

    /// - Parameters:
    ///   - only: names of checks, or parts of names; empty: all.
    ///   - observer: is called with each check as it ends.
    /// - Throws: what the file system throws when there is no space for the check's folder.
    package static func run(
        _ plugin: PluginUnderTest, only: [String] = [], observer: (Row) -> Void = { _ in }
    ) throws -> Report {
        // A plugin that has gone shows by its ending, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        let isOurs = if case .program = plugin.place { true } else { false }
        let shared = Shared(
            nonce: isOurs && plugin.lockstep
                ? "chk" : "chk\(Timestamp(nanoseconds: wallNanoseconds()).nanoseconds / 1_000_000)")
        var report = Report(plugin)
        let all = checks(for: plugin.role)
        let exact = only.filter { part in all.contains { $0.name == part } }
        for (index, check) in all.enumerated() {
            let isMeant = only.contains { exact.contains($0) ? check.name == $0 : check.name.contains($0) }
            guard only.isEmpty || isMeant else { continue }
            let began = monotonicMilliseconds()
            let verdict = try verdict(of: check, plugin, shared, number: index + 1)
            let row = Row(check: check, verdict: verdict, milliseconds: monotonicMilliseconds() - began)
            report.rows.append(row)
            shared.firstFailure = report.failures.first
            observer(row)
        }
        return report
    }

    private static func verdict(
        of check: Check, _ plugin: PluginUnderTest, _ shared: Shared, number: Int
    ) throws -> Verdict {
        if check.needsProcess, case .endpoint = plugin.place {
            return .doesNotApply(
                why: "it needs to end the process, which a person has started; check its folder instead")
        }
        if number > 1, !shared.saidHello, let first = shared.firstFailure {
            return .failed(seen: "not tried, since it never said hello: see \(first)")
        }
        let folder = try temporaryFolder()
        defer { remove(folder) }
        let harness = try PluginHarness(plugin, folder: folder, shared: shared, number: number)
        defer { harness.stopPlugin() }
        do {
            return .passed(seen: try check.run(harness))
        } catch let reason as NotApplicable {
            return .doesNotApply(why: reason.why)
        } catch {
            return .failed(seen: "\(error)")
        }
    }

    /// mkdtemp(3). Not in TMPDIR, which may be long: the path of an ipc socket has at most 107 bytes (unix(7)).
    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/bbcheck-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Broken("/tmp: no folder can be made there: \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func remove(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            FileHandle.standardError.write(Data("\(folder) could not be removed: \(error.localizedDescription)\n".utf8))
        }
    }
}
