import Foundation
import Supervision
import SystemTime
import Wire

/// A plugin's program is asked, before it is at work, whether it could do its work: are its keys right, does its venue answer.
///
/// The program is a process of its own, started with the arguments that the manifest names in `doctor`. It reads one line of JSON
/// (`DoctorQuestion`), writes one line of JSON for each thing that it looked at (`DoctorFinding`), and ends. So a secret stays in the
/// process that needs it anyway.
package struct PluginExamination {
    private let program: PluginProgram
    private let environment: ChildEnvironment
    private let limitMilliseconds: Int64

    /// - Parameter limitMilliseconds: it is ended when it takes longer.
    package init(
        _ program: PluginProgram,
        environment: ChildEnvironment = ChildEnvironment(ProcessInfo.processInfo.environment),
        limitMilliseconds: Int64 = 60_000
    ) {
        (self.program, self.environment, self.limitMilliseconds) = (program, environment, limitMilliseconds)
    }

    /// Starts the program and waits for its end.
    /// - Returns: never empty: a program that cannot be started, says nothing or ends otherwise than well is a finding that is not.
    package func ask(_ question: DoctorQuestion) -> [DoctorFinding] {
        do {
            let child = try ChildProcess(
                executable: program.executable, arguments: program.arguments, directory: program.directory,
                environment: environment.variables(naming: program.environment), limits: program.limits)
            child.writeLine(try WireEncoder().encode(question))
            child.closeInput()
            return findings(of: child)
        } catch {
            return [DoctorFinding(what: "program", ok: false, words: "\(error)")]
        }
    }

    private func findings(of child: ChildProcess) -> [DoctorFinding] {
        let end = monotonicMilliseconds() + limitMilliseconds
        var found: [DoctorFinding] = []
        while true {
            let ending = child.poll()
            found += child.readLines().prefix(Self.mostFindings - found.count).map(Self.finding)
            if let ending { return found + Self.finding(of: ending, found) }
            guard monotonicMilliseconds() < end else {
                child.signal(SIGKILL)
                let words = "it has not ended after \(limitMilliseconds / 1_000) s, and was ended"
                return found + [DoctorFinding(what: "program", ok: false, words: words)]
            }
            var output = pollfd(fd: child.outputDescriptor, events: Int16(POLLIN), revents: 0)
            // Its end closes the pipe, unless something that it has started keeps it.
            Glibc.poll(&output, 1, Self.pollMilliseconds)
            if output.revents & Int16(POLLHUP) != 0, output.revents & Int16(POLLIN) == 0 { usleep(10_000) }
        }
    }

    private static let mostFindings = 200
    private static let pollMilliseconds: Int32 = 200

    private static func finding(_ line: String) -> DoctorFinding {
        do {
            return try WireDecoder().decode(DoctorFinding.self, from: Array(line.utf8), unknownFields: .ignore)
        } catch {
            // A warning of a library, or its last words.
            return DoctorFinding(what: "program", ok: false, words: line)
        }
    }

    private static func finding(of ending: ChildProcess.Ending, _ found: [DoctorFinding]) -> [DoctorFinding] {
        if ending != .exited(0), found.allSatisfy(\.ok) {
            return [DoctorFinding(what: "program", ok: false, words: "it \(ending)")]
        }
        return found.isEmpty ? [DoctorFinding(what: "program", ok: false, words: "it has said nothing")] : []
    }
}
