import Foundation
import Messaging
import TestSupport
import Testing
import Trading
import Wire
import ZeroMQTransport

@testable import Conformance

/// The processes of this plugin are mute, and the test speaks in their place: so that it is known what has come and been left unread
/// when the next one begins.
@Suite("one process of a plugin after the other, before the conformance kit", .blocking)
struct SuccessionTests {
    private let folder = "/tmp/bbcheck-\(UUID().uuidString.prefix(8))"

    private func withHarness(_ body: (PluginHarness) throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder + "/plugin", withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let manifest =
            #"{"name": "mute", "role": "policy", "version": "1", "description": "x", "command": ["/bin/cat"]}"#
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/plugin/plugin.json"))
        let plugin = try PluginUnderTest(
            folder: folder + "/plugin", binaries: Places.binaries, environment: Places.environment)
        let harness = try PluginHarness(plugin, folder: folder, shared: Shared(nonce: "test"), number: 1)
        defer { harness.stopPlugin() }
        try body(harness)
    }

    /// What the process of this token says, on a connection that ends with it.
    private func hello(_ token: String, to harness: PluginHarness, then body: () throws -> Void) throws {
        let context = try ZeroMQContext()
        let socket = try ZeroMQSocket(.dealer, in: context)
        try socket.connect(harness.endpoint)
        let hello = Hello(name: harness.plugin.name, role: .policy, version: "1", token: token)
        let header = Header(type: .hello, id: "x1", session: "", epoch: 0, seq: 1)
        var poller = ZeroMQPoller()
        let writable = poller.add(socket, for: .writable)
        try #require(try poller.poll(timeoutMilliseconds: 10_000) == [writable])
        try socket.send([try harness.codec.encode(header), try harness.codec.encode(hello)])
        try body()
        poller.remove(writable)
        socket.close()
    }

    @Test("a hello that the process before has left unread is not the new one's")
    func leftBehind() throws {
        try withHarness { harness in
            try harness.startPlugin()
            try hello("check-1", to: harness) {
                let socket = try #require(harness.socket)
                try #require(try socket.hasMessage(within: 10_000), "it is there, and nobody has read it")
            }
            try harness.startPlugin()
            try hello("check-2", to: harness) {
                let greeting = try harness.greeting()
                #expect(greeting.hello.token == "check-2")
                try harness.welcome(greeting)
                #expect(harness.conversation?.peer == greeting.message.peer)
            }
        }
    }

    @Test("nor are hellos of it of which one has been read, and none answered")
    func unanswered() throws {
        try withHarness { harness in
            try harness.startPlugin()
            try hello("check-1", to: harness) {
                try hello("check-1", to: harness) { _ = try harness.greeting() }
            }
            try harness.startPlugin()
            try hello("check-2", to: harness) {
                let greeting = try harness.greeting()
                #expect(greeting.hello.token == "check-2")
            }
        }
    }

    @Test("a new process that says the token of the one before it is at fault", arguments: ["check-1", "check-3", "x"])
    func oldToken(token: String) throws {
        try withHarness { harness in
            try harness.startPlugin()
            try harness.startPlugin()
            try hello(token, to: harness) {
                let greeting = try harness.greeting()
                let error = #expect(throws: Broken.self) { try harness.welcome(greeting) }
                #expect(error?.description == "its hello has the token \(token), the launch line said check-2")
            }
        }
    }
}
