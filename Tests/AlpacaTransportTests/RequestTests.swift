@testable import AlpacaAPI
import Foundation
import TestSupport
import Testing

@testable import AlpacaTransport

@Suite("requests over HTTP", .blocking, .timeLimit(.minutes(1)))
struct RequestTests {
    private let server: TestServer
    private let address: WebAddress
    private let client: Client

    init() throws {
        server = try TestServer()
        address = try WebAddress("http://127.0.0.1:\(server.port)")
        client = try Client()
    }

    private func received(_ path: String) throws -> [[Any]] {
        let response = try client.response(WebRequest(.get, "/requests", at: address))
        let rows = try JSONSerialization.jsonObject(with: Data(response.body)) as? [[Any]]
        return (rows ?? []).filter { $0[1] as? String == path }
    }

    @Test("method, body and key arrive, and status, headers and body come back")
    func wholeWay() throws {
        let site = try AlpacaSite(
            trading: address, data: address, Alpaca.Credentials(key: "PK1", secret: "never-seen"))
        let response = try client.response(site.request(.patch, "/v2/orders/1?x=%2F", Array("{\"qty\":\"1\"}".utf8)))
        #expect(response.status == 200)
        #expect(response.headers.contains(Alpaca.Header("x-request-id", "abc")))
        let told = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        #expect(told?["method"] as? String == "PATCH")
        #expect(told?["path"] as? String == "/v2/orders/1?x=%2F")
        #expect(told?["key"] as? String == "PK1")
        #expect(told?["body"] as? String == "{\"qty\":\"1\"}")
        #expect(told?["expect"] == nil || told?["expect"] is NSNull)
        let deleted = try client.response(site.request(.delete, "/v2/orders/2", nil))
        #expect(String(decoding: deleted.body, as: UTF8.self).contains("\"DELETE\""))
    }

    @Test("a refusal is an answer, with the headers of its limits")
    func refused() throws {
        let response = try client.response(WebRequest(.get, "/limited", at: address))
        #expect(response.status == 429)
        #expect(try Alpaca.RateLimit(response.headers)?.remaining == 0)
        #expect(response.headers.contains(Alpaca.Header("retry-after", "3")))
    }

    @Test("one connection is kept for the next request")
    func keepAlive() throws {
        for _ in 0..<5 { _ = try client.response(WebRequest(.get, "/v2/clock", at: address)) }
        let connections = Set(try received("/v2/clock").compactMap { $0[2] as? Int })
        #expect(connections.count == 1)
    }

    @Test(
        "an order is sent once, though the connection that was kept is closed under it",
        arguments: ["POST", "PATCH"], ["", "{}"])
    func sentOnce(_ method: String, _ body: String) throws {
        let method = try #require(Alpaca.Method(rawValue: method))
        _ = try client.response(WebRequest(.get, "/v2/clock", at: address))
        let failure = try client.failure(WebRequest(method, "/drop", at: address, body: Array(body.utf8)))
        guard case .lost = failure else { throw Failure(text: "\(failure)") }
        #expect(try received("/drop").count == 1)
    }

    @Test("no answer in time: it may have arrived")
    func silence() throws {
        var request = WebRequest(.post, "/silent", at: address, body: [])
        request.limits.totalMilliseconds = 200
        guard case .lost = try client.failure(request) else { throw Failure(text: "a time-out is no refusal") }
        #expect(try received("/silent").count == 1)
    }

    @Test("nobody is there: nothing was sent")
    func nobody() throws {
        // A port of the system's own range, which a test cannot have.
        let failure = try client.failure(
            WebRequest(.post, "/v2/orders", at: try WebAddress("http://127.0.0.1:1"), body: []))
        guard case .notSent = failure else { throw Failure(text: "\(failure)") }
    }

    @Test("no redirection is followed, and no answer is longer than the limit")
    func bounds() throws {
        #expect(try client.response(WebRequest(.get, "/away", at: address)).status == 302)
        #expect(try received("/requests").isEmpty)
        var request = WebRequest(.get, "/large", at: address)
        #expect(try client.response(request).body.count == 2_000_000)
        request.limits.bytes = 1_000_000
        #expect(try client.failure(request) == .lost("it is too long"))
    }

    @Test("what is no request is told, and not sent")
    func malformed() throws {
        for target in ["v2", "/a b", "/a\r\nHost: x"] {
            guard case .notSent = try client.failure(WebRequest(.get, target, at: address)) else {
                throw Failure(text: target)
            }
        }
        let header = Alpaca.Header("X", "1\r\nY: 2")
        guard case .notSent = try client.failure(WebRequest(.get, "/", at: address, headers: [header])) else {
            throw Failure(text: "a header")
        }
    }

    @Test("events come in parts, and their end is told")
    func events() throws {
        let tag = client.tag()
        var request = WebRequest(.get, "/events", at: address)
        request.isEventStream = true
        client.transport.send(request, tag: tag)
        #expect(try client.wait(tag) { _ in true } == .opened(tag))
        #expect(try client.wait(tag) { _ in true } == .item(tag, .comment(.heartbeat("heartbeat"))))
        #expect(
            try client.wait(tag) { _ in true }
                == .item(tag, .event(.init(name: "message", id: "7", data: "{}"))))
        guard case .ended = try client.closing(tag) else { throw Failure(text: "its end") }
    }

    @Test("a stream that is not there is an answer")
    func noEvents() throws {
        var request = WebRequest(.get, "/limited", at: address)
        request.isEventStream = true
        #expect(try client.response(request).status == 429)
    }

    @Test("of what was canceled nothing is told")
    func canceled() throws {
        let tag = client.tag()
        client.transport.send(WebRequest(.get, "/silent", at: address), tag: tag)
        client.transport.cancel(tag)
        #expect(client.transport.tags.isEmpty)
        _ = try client.response(WebRequest(.get, "/v2/clock", at: address))
        #expect(!client.events.contains { $0.tag == tag })
    }
}

@Suite("addresses and keys")
struct AddressTests {
    @Test("a key goes over no network in the clear")
    func inTheClear() throws {
        #expect(throws: WebAddressError.self) { try WebAddress("http://paper-api.alpaca.markets") }
        #expect(try WebAddress("https://paper-api.alpaca.markets/").description == "https://paper-api.alpaca.markets")
        #expect(try WebAddress("http://127.0.0.1:8900").authority == "127.0.0.1:8900")
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "paper-api.alpaca.markets", "ftp://a", "https://", "https://a/b", "https://a:0", "https://u@a",
            "https://a:x", "http://127.0.0.1.example.com",
        ])
    func malformed(_ text: String) { #expect(throws: WebAddressError.self) { try WebAddress(text) } }

    @Test(
        "a key that cannot stand in a header is refused, without a word of it", arguments: ["", "a b", "a\r\nb", "é"])
    func keys(_ text: String) throws {
        let address = try WebAddress("https://a")
        let error = #expect(throws: CredentialsError.self) {
            try AlpacaSite(trading: address, data: address, Alpaca.Credentials(key: "PK", secret: text))
        }
        #expect(text.isEmpty || error.map { "\($0)".contains(text) } == false)
    }
}
