import Foundation
import Testing

/// `alpaca-venue` on a port of this host, and the files of an account there.
final class AlpacaHouse {
    static let key = "demo-key"
    static let secret = "never-to-be-seen-elsewhere"
    let programs: Programs
    private let tape: String
    private var venue: Process
    private(set) var port: Int

    /// - Parameter start: of the tape.
    init(start: String = "2026-03-16T14:00:00Z", more: [String] = []) throws {
        programs = try Programs()
        tape = Programs.project.appendingPathComponent("Plugins/Providers/Tape/tapes/demo").path
        let arguments =
            [
                "--port", "0", "--tape", tape, "--start", start, "--rate-limit", "100000", "--keys",
                "\(Self.key):\(Self.secret):100000",
            ] + more
        (venue, port) = try Self.start(programs, arguments)
        let text = "APCA_API_KEY_ID=\(Self.key)\nAPCA_API_SECRET_KEY=\(Self.secret)\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: keyFile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile)
    }

    deinit { kill(venue.processIdentifier, SIGKILL) }

    private static func start(_ programs: Programs, _ arguments: [String]) throws -> (Process, Int) {
        let (process, output, _) = programs.process(arguments, program: "alpaca-venue")
        try process.run()
        var line = Data()
        while !line.contains(10), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            line += byte
        }
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return (process, try #require(text.split(separator: ":").last.flatMap { Int($0) }, "it said \(text)"))
    }

    var keyFile: String { programs.folder.appendingPathComponent("alpaca.key").path }

    var settings: [String: Any] {
        get throws {
            [
                "key_file": keyFile, "trading_url": "http://127.0.0.1:\(port)", "requests_per_minute": 100_000,
                "account_number": try #require(try get("/v2/account")["account_number"] as? String),
            ]
        }
    }

    /// As a client of its own, beside the adapter.
    func get(_ path: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try ask(path)) as? [String: Any])
    }

    func list(_ path: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: try ask(path)) as? [[String: Any]])
    }

    func post(_ path: String, _ body: String) throws -> Data { try ask(path, ["-X", "POST", "-d", body]) }

    private func ask(_ path: String, _ more: [String] = []) throws -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "curl", "-s", "-m", "10", "-H", "APCA-API-KEY-ID: \(Self.key)", "-H",
                "APCA-API-SECRET-KEY: \(Self.secret)",
            ] + more + ["http://127.0.0.1:\(port)\(path)"]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    /// Whether anything below the folder of the test has the secret, but for the key's own file.
    func leaks() throws -> [String] {
        let files = FileManager.default.enumerator(at: programs.folder, includingPropertiesForKeys: nil)
        var leaks: [String] = []
        for case let file as URL in try #require(files) where file.path != keyFile {
            guard let data = FileManager.default.contents(atPath: file.path) else { continue }
            if data.range(of: Data(Self.secret.utf8)) != nil { leaks.append(file.lastPathComponent) }
        }
        return leaks
    }
}
