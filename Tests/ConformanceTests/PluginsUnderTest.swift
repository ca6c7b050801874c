import Conformance
import Foundation
import Testing
import Wire

/// Where things are, seen from a test.
enum Places {
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let scripts = project + "/Tests/ConformanceTests/Broken"
    /// The folder that the tests were built into, with the plugins.
    static let binaries: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/broker-paper") {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()
    static let environment = ["PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1"]

    static func checked(_ folder: String, only: [String] = [], more: [String] = []) throws -> Report {
        try Conformance.run(
            PluginUnderTest(folder: folder, binaries: binaries, environment: environment + more), only: only)
    }

    /// What the compiler says of files that are no part of this package.
    static func typecheck(_ files: [String]) throws -> (code: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "swiftc", "-typecheck", "-swift-version", "6", "-module-name", "stranger", "-I", binaries + "/Modules",
                "-I", project + "/Sources/CZeroMQ", "-I", project + "/Sources/CPosix/include", "-Xcc",
                "-fmodule-map-file=\(binaries)/CPosix.build/module.modulemap",
            ] + files
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let words = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: words, as: UTF8.self))
    }

    /// pyzmq of the system, which the scripts need.
    static let hasPython: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", "import zmq"]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

/// A script of the folder `Broken`, with its fault; `none` is sound.
struct Script {
    let role: String
    let fault: String

    /// Makes the plugin's folder, checks it, and removes it.
    func checked(only: [String] = []) throws -> Report {
        let folder = NSTemporaryDirectory() + "broken-\(role)-\(fault)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { remove(folder) }
        let manifest = """
            {"name": "\(role)-\(fault)", "role": "\(role)", "version": "1.0.0", "description": "For tests.",
             "command": ["/usr/bin/python3", "\(Places.scripts)/\(role).py", "\(fault)"], "settings": \(schema)}
            """
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/plugin.json"))
        try Data(guide.utf8).write(to: URL(fileURLWithPath: folder + "/check.json"))
        return try Places.checked(folder, only: only)
    }

    private func remove(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record("\(error)") }
    }

    private var schema: String {
        switch role {
        case "policy":
            #"{"distance": {"type": "decimal", "default": 0.02, "exclusive_minimum": 0, "exclusive_maximum": 1}}"#
        case "broker":
            #"{"cash": {"type": "decimal", "required": true}, "foreign": {"type": "list", "items": {"type": "object"}}}"#
        default: "{}"
        }
    }

    private var guide: String {
        guard role == "broker" else { return "{}" }
        return """
            {"settings": {"cash": "1000000", "foreign": [{"client_order_id": "by-hand", "symbol": "HELD", "side": "sell",
               "type": "limit", "quantity": "1", "limit_price": "60", "time_in_force": "gtc", "role": "foreign"}]},
             "foreign_orders": ["by-hand"],
             "venue_down": ["/bin/sh", "-c", "touch $STATE/venue-down"],
             "venue_up": ["/bin/sh", "-c", "rm $STATE/venue-down"]}
            """
    }
}

/// Runs many blocking pieces of work, some at a time: they wait for other processes, and not for this one's cores.
func some<Item: Sendable, Result: Sendable>(
    _ items: [Item], atOnce width: Int = 5, _ work: @escaping @Sendable (Item) -> Result
) -> [Result] {
    let results = Results<Result>()
    let slots = DispatchSemaphore(value: width)
    let group = DispatchGroup()
    for (index, item) in items.enumerated() {
        slots.wait()
        group.enter()
        Thread {
            results.keep(work(item), at: index)
            slots.signal()
            group.leave()
        }.start()
    }
    group.wait()
    return results.sorted
}

/// `@unchecked Sendable`: every access holds the lock.
private final class Results<Result>: @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [(Int, Result)] = []

    func keep(_ result: Result, at index: Int) { lock.withLock { kept.append((index, result)) } }
    var sorted: [Result] { lock.withLock { kept.sorted { $0.0 < $1.0 }.map(\.1) } }
}
