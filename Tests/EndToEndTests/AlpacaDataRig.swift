import Foundation
import Testing

/// `alpaca-venue` with a tape of its own around this minute, so that its prices are those of now.
final class AlpacaVenueProcess {
    private let process: Process
    let address: String
    static let key = "test-key-1234"
    static let secret = "test-secret-5678"

    /// - Parameters:
    ///   - speed: 0 to stand still until ``advance(seconds:)``.
    ///   - start: of its clock, in seconds from now.
    convenience init(_ programs: Programs, speed: Int, start: TimeInterval, arguments: [String] = []) throws {
        let tape = programs.folder.appendingPathComponent("tape")
        if !FileManager.default.fileExists(atPath: tape.path) { try Self.write(tape) }
        try self.init(
            programs, tape: tape.path, start: Self.text(Date().addingTimeInterval(start)), speed: speed,
            arguments: arguments)
    }

    init(_ programs: Programs, tape: String, start: String, speed: Int, arguments: [String] = []) throws {
        let log = programs.folder.appendingPathComponent("venue-\(UUID().uuidString.prefix(4)).log")
        try Data().write(to: log)
        let (process, _, _) = programs.process(
            [
                "--port", "0", "--tape", tape, "--start", start, "--speed",
                "\(speed)", "--keys", "\(Self.key):\(Self.secret)",
            ] + arguments, program: "alpaca-venue")
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        var found = ""
        try eventually("the venue listens") {
            let text = try String(contentsOf: log, encoding: .utf8)
            guard let match = text.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+\n/) else { return false }
            found = String(match.0.dropLast())
            return true
        }
        address = found
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    static var environment: [String: String] { ["T_KEY": key, "T_SECRET": secret] }

    /// Settings of the provider, in JSON.
    func settings(_ more: String = "") -> String {
        #"{"key_variable": "T_KEY", "secret_variable": "T_SECRET", "symbols": ["ALFA", "CHRL"], "trading_url": "\#(address)", "data_url": "\#(address)"\#(more)}"#
    }

    func post(_ path: String, _ body: String) throws {
        let port = try #require(UInt16(address.split(separator: ":").last ?? ""))
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var place = sockaddr_in()
        (place.sin_family, place.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(isConnected == 0)
        let request =
            "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        #expect(send(connection, request, request.utf8.count, 0) == request.utf8.count)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var answer = [UInt8](repeating: 0, count: 4_096)
        let count = read(connection, &answer, answer.count)
        let text = String(decoding: answer.prefix(max(0, count)), as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200"), "\(text)")
    }

    func advance(seconds: Int) throws { try post("/venue/advance", #"{"seconds": \#(seconds)}"#) }

    static func text(_ date: Date) -> String {
        let whole = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
        return ISO8601DateFormatter().string(from: whole)
    }

    /// Two symbols with a trade and a quote each minute, from two hours ago to one ahead.
    private static func write(_ folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let minute = (Date().timeIntervalSince1970 / 60).rounded(.down) * 60
        for (symbol, base) in [("ALFA", 100.0), ("CHRL", 50.0)] {
            var trades = "timestamp,open,high,low,close,volume\n"
            var quotes =
                "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
            for index in -120..<60 {
                let time = text(Date(timeIntervalSince1970: minute + Double(index) * 60))
                let price = String(format: "%.2f", base + Double(index % 7) / 100)
                let bid = String(format: "%.2f", base - 0.1), ask = String(format: "%.2f", base + 0.1)
                trades += "\(time),\(price),\(price),\(price),\(price),1000\n"
                quotes += "\(time),\(bid),\(bid),\(bid),\(bid),500,\(ask),\(ask),\(ask),\(ask),300\n"
            }
            try trades.write(
                to: folder.appendingPathComponent("\(symbol)-trade.csv"), atomically: true, encoding: .utf8)
            try quotes.write(
                to: folder.appendingPathComponent("\(symbol)-quote.csv"), atomically: true, encoding: .utf8)
        }
    }
}
