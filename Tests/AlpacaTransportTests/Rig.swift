import AlpacaAPI
import Foundation
import TestSupport
import Testing

@testable import AlpacaTransport

/// `server.py` in a process of its own.
final class TestServer {
    private let process = Process()
    private let input = Pipe()
    let port: Int

    /// - Parameter certificate: files with it and its key; nil for a server without TLS.
    init(certificate: (chain: URL, key: URL)? = nil) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "server.py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", script.path] + (certificate.map { [$0.chain.path, $0.key.path] } ?? [])
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        var line = Data()
        while !line.contains(10), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            line += byte
        }
        port = try #require(Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit {
        input.fileHandleForWriting.closeFile()
        process.terminate()
    }
}

/// The transport, and whoever waits for what it tells.
final class Client {
    let transport: Transport
    private(set) var events: [TransportEvent] = []
    private var lastTag: Int64 = 0

    init(authorities: String? = nil) throws { transport = try Transport(authorities: authorities) }

    func tag() -> Int64 {
        lastTag += 1
        return lastTag
    }

    /// Waits for an event of this tag that fits, and keeps all others for later calls.
    func wait(_ tag: Int64, milliseconds: CInt = 20_000, _ fits: (TransportEvent) -> Bool) throws -> TransportEvent {
        let deadline = Date().addingTimeInterval(Double(milliseconds) / 1_000)
        while true {
            if let index = events.firstIndex(where: { $0.tag == tag && fits($0) }) { return events.remove(at: index) }
            try #require(Date() < deadline, "nothing came; there are \(events)")
            var descriptor = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 1_000)
            events += transport.take()
        }
    }

    func response(_ request: WebRequest) throws -> WebResponse {
        let tag = tag()
        transport.send(request, tag: tag)
        let event = try wait(tag) { _ in true }
        guard case .answered(_, let response) = event else {
            throw Failure(text: "\(event)")
        }
        return response
    }

    func failure(_ request: WebRequest) throws -> WebFailure {
        let tag = tag()
        transport.send(request, tag: tag)
        let event = try wait(tag) { _ in true }
        guard case .failed(_, let failure) = event else { throw Failure(text: "\(event)") }
        return failure
    }

    func open(_ path: String, at address: WebAddress, most: Int = 10_000_000) throws -> Int64 {
        let tag = tag()
        var request = WebRequest(.get, path, at: address)
        request.limits.bytes = most
        transport.openSocket(request, tag: tag)
        return tag
    }

    /// The words of the next message.
    func message(_ tag: Int64) throws -> String {
        guard case .message(_, let bytes, _) = try wait(tag, { if case .message = $0 { true } else { false } }) else {
            return ""
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func closing(_ tag: Int64) throws -> WebFailure {
        let event = try wait(tag) {
            switch $0 {
            case .failed, .closed: true
            case .answered, .opened, .item, .message, .pong: false
            }
        }
        switch event {
        case .failed(_, let failure), .closed(_, let failure): return failure
        case .answered, .opened, .item, .message, .pong: throw Failure(text: "\(event)")
        }
    }
}

struct Failure: Error { let text: String }
