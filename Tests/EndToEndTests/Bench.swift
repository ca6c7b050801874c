import Foundation
import Testing

/// The real programs in a folder of their own: what a test starts, and how it ended.
struct Programs {
    struct Ending {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Where the test bundle is built, and the programs with it.
    static let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() {
        do { try FileManager.default.removeItem(at: folder) } catch {
            Issue.record("\(folder.path) stays behind: \(error)")
        }
    }

    var stateDirectory: String { folder.appendingPathComponent("state").path }
    var journal: String { stateDirectory + "/journal.sqlite" }

    /// Writes a configuration whose state is in this folder.
    func configuration(_ text: String, name: String = "test.yaml") throws -> String {
        let path = folder.appendingPathComponent(name).path
        try text.replacingOccurrences(of: "${state}", with: stateDirectory)
            .replacingOccurrences(of: "${tests}", with: Self.project.path + "/Tests/EndToEndTests/Plugins")
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// One of the project's configurations, with its state in this folder.
    func shipped(_ name: String, changing changes: [(String, String)] = []) throws -> String {
        var text = try String(contentsOfFile: Self.project.path + "/Plugins/Configurations/\(name)", encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("state:") ? "state: ${state}" : String($0)
        }
        text = lines.joined(separator: "\n")
        for (from, to) in changes {
            #expect(text.contains(from), "the configuration has no \(from)")
            text = text.replacingOccurrences(of: from, with: to)
        }
        return try configuration(text, name: name)
    }

    func process(
        _ arguments: [String], program: String = "bigbrother", environment: [String: String] = [:]
    ) -> (Process, Pipe, Pipe) {
        let process = Process()
        process.executableURL =
            program.hasPrefix("/") ? URL(fileURLWithPath: program) : Self.binaries.appendingPathComponent(program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            environment.merging(["BIGBROTHER_HOME": Self.project.path, "BIGBROTHER_LOCKS": folder.path]) { $1 }
        ) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        return (process, output, errors)
    }

    /// Runs to the end, or is killed after a minute or two: then the test fails.
    func run(_ arguments: [String], environment: [String: String] = [:], seconds: Double = 120) throws -> Ending {
        let (process, output, errors) = process(arguments, environment: environment)
        try process.run()
        let timer = DispatchSource.makeTimerSource()
        let pid = process.processIdentifier
        timer.schedule(deadline: .now() + seconds)
        timer.setEventHandler { kill(pid, SIGKILL) }
        timer.resume()
        defer { timer.cancel() }
        let collected = Collected(errors.fileHandleForReading)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Ending(code: process.terminationStatus, output: text, errors: collected.text())
    }

    /// What a command prints as JSON.
    func json(_ arguments: [String]) throws -> Any {
        let ending = try run(arguments + ["--json"])
        #expect(ending.code == 0, "\(arguments): \(ending.errors)")
        return try JSONSerialization.jsonObject(with: Data(ending.output.utf8), options: .fragmentsAllowed)
    }
}

/// Reads a pipe to its end beside the test, on a thread of its own, so that no child blocks on a full one.
final class Collected: @unchecked Sendable {
    // Written by one thread, read after its group is done.
    private var data = Data()
    private let group = DispatchGroup()

    init(_ handle: FileHandle) {
        group.enter()
        Thread {
            self.data = handle.readDataToEndOfFile()
            self.group.leave()
        }.start()
    }

    func text() -> String {
        group.wait()
        return String(decoding: data, as: UTF8.self)
    }
}

/// Fields of JSON, for tests.
func field(_ value: Any?, _ path: String...) -> Any? {
    path.reduce(value) { value, key in (value as? [String: Any])?[key] }
}
