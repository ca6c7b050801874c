import Foundation
import Testing

/// `alpaca-venue` on a port of this host, and the files of an account there.
final class AlpacaHouse {
    static let key = "demo-key"
    static let secret = "never-to-be-seen-elsewhere"
    let programs: Programs
    let arguments: [String]
    private var venue: Process
    private(set) var port: Int

    /// - Parameters:
    ///   - programs: with the folder that the account's files are in; nil: a new one.
    ///   - tape: a folder; nil: that of the demonstration.
    ///   - start: of the tape.
    ///   - isKept: the venue has a file, and can be killed and started again.
    init(
        _ programs: Programs? = nil, tape: String? = nil, start: String = "2026-03-16T14:00:00Z",
        cash: Int = 100_000, rateLimit: Int = 100_000, isKept: Bool = false, more: [String] = []
    ) throws {
        self.programs = try programs ?? Programs()
        let demo = Programs.project.appendingPathComponent("Plugins/Providers/Tape/tapes/demo").path
        arguments =
            [
                "--tape", tape ?? demo, "--start", start, "--rate-limit", "\(rateLimit)", "--keys",
                "\(Self.key):\(Self.secret):\(cash)",
            ] + (isKept ? ["--state", Self.stateFile(self.programs)] : []) + more
        (venue, port) = try Self.start(self.programs, arguments + ["--port", "0"])
        let text = "APCA_API_KEY_ID=\(Self.key)\nAPCA_API_SECRET_KEY=\(Self.secret)\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: keyFile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile)
    }

    /// Of a venue that is kept.
    var stateFile: String { Self.stateFile(programs) }

    private static func stateFile(_ programs: Programs) -> String {
        programs.folder.appendingPathComponent("venue.state").path
    }

    deinit { kill(venue.processIdentifier, SIGKILL) }

    /// With SIGKILL. Until ``startVenue()`` nobody answers at its port.
    func killVenue() {
        kill(venue.processIdentifier, SIGKILL)
        venue.waitUntilExit()
    }

    func startVenue() throws { (venue, port) = try Self.start(programs, arguments + ["--port", "\(port)"]) }

    var isVenueRunning: Bool { venue.isRunning }

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

    /// What its clock shows, whatever goes wrong there.
    func time() throws -> String { try #require(try get("/venue/requests")["timestamp"] as? String) }

    func post(_ path: String, _ body: String) throws -> Data { try ask(path, ["-X", "POST", "-d", body]) }

    func ask(_ path: String, _ more: [String] = []) throws -> Data {
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
