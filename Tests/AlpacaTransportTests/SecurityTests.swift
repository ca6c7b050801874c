import AlpacaAPI
import Foundation
import TestSupport
import Testing

@testable import AlpacaTransport

/// Certificates are made anew for each run by openssl(1).
@Suite("TLS", .blocking, .timeLimit(.minutes(1)))
struct SecurityTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "transport-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func certificate(of host: String) throws -> (chain: URL, key: URL) {
        let files = (folder.appending(path: host + ".pem"), folder.appending(path: host + ".key"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-keyout", files.1.path, "-out",
            files.0.path,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return files
    }

    @Test("who is trusted and has the name is spoken to, over HTTP and by WebSocket")
    func trusted() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = try certificate(of: "localhost")
        let server = try TestServer(certificate: certificate)
        let client = try Client(authorities: certificate.chain.path)
        let address = try WebAddress("https://localhost:\(server.port)")
        #expect(try client.response(WebRequest(.get, "/", at: address)).status == 200)
        let tag = try client.open("/ws", at: address)
        #expect(try client.message(tag) == "welcome")
        client.transport.send(Array("large".utf8), to: tag)
        #expect(try client.message(tag).utf8.count == 3_000_000)
    }

    @Test("who is not trusted gets no request", arguments: [true, false])
    func strangers(_ hasOtherName: Bool) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = try certificate(of: hasOtherName ? "example.com" : "localhost")
        let server = try TestServer(certificate: certificate)
        let client = try Client(authorities: hasOtherName ? certificate.chain.path : nil)
        let address = try WebAddress("https://localhost:\(server.port)")
        let failure = try client.failure(WebRequest(.post, "/v2/orders", at: address, body: []))
        guard case .notSent = failure else { throw Failure(text: "\(failure)") }
        let tag = try client.open("/ws", at: address)
        guard case .notSent = try client.closing(tag) else { throw Failure(text: "a WebSocket") }
    }

    @Test("no error has a word of the key or of the address")
    func words() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let client = try Client()
        let credentials = Alpaca.Credentials(key: "KEYWORD", secret: "SECRETWORD")
        for text in ["https://localhost:1", "https://no-such-host.invalid", "http://127.0.0.1:1"] {
            let site = try AlpacaSite(trading: try WebAddress(text), data: try WebAddress(text), credentials)
            let failure = try client.failure(site.request(.get, "/v2/account", nil))
            for word in ["KEYWORD", "SECRETWORD", "account", "invalid"] { #expect(!"\(failure)".contains(word)) }
            #expect(!"\(site)".contains("SECRETWORD"))
        }
    }
}
