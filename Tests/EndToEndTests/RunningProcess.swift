import Foundation
import Testing

/// A core at work in the background, ended with its test.
final class RunningProcess {
    let process: Process
    private let output: Collected
    private let errors: Collected

    /// - Parameters:
    ///   - program: of this project, or an absolute path.
    ///   - namespace: the network that it runs in; nil: the test's own.
    init(
        _ programs: Programs, _ arguments: [String], program: String = "bigbrother", namespace: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        let (process, output, errors) = programs.process(arguments, program: program, environment: environment)
        if let namespace, let executable = process.executableURL {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["ip", "netns", "exec", namespace, executable.path] + arguments
        }
        try process.run()
        self.process = process
        self.output = Collected(output.fileHandleForReading)
        self.errors = Collected(errors.fileHandleForReading)
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; after the time is up it is killed, and that is a failure.
    func wait(seconds: Double = 30) -> Programs.Ending {
        let pid = process.processIdentifier
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + seconds)
        timer.setEventHandler { kill(pid, SIGKILL) }
        timer.resume()
        process.waitUntilExit()
        timer.cancel()
        return Programs.Ending(code: process.terminationStatus, output: output.text(), errors: errors.text())
    }
}

/// Asks again and again until something is so, or the time is up.
func eventually(seconds: Double = 20, _ what: String, _ isSo: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
        if try isSo() { return }
        // A poll of another process's files has no event to wait for.
        Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("not within \(seconds) s: \(what)")
}

/// The processes that a process has started and that still run, by id.
func children(of parent: Int32) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
        guard Int32(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/status") else {
            return false
        }
        let status = String(decoding: data, as: UTF8.self)
        return status.contains("PPid:\t\(parent)\n") && !status.contains("State:\tZ")
    }
}

/// Whether a process of this id runs and is one of ours.
func isRunning(_ pid: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
    let line = String(decoding: data, as: UTF8.self)
    return ["policy-", "broker-", "provider-", "faulty.py"].contains { line.contains($0) }
}

/// The processes whose command line has this text.
func processes(naming text: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
        guard Int32(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
            return false
        }
        return String(decoding: data, as: UTF8.self).contains(text)
    }
}
