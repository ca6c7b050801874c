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

    private func withStage(_ body: (Stage) throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder + "/plugin", withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let manifest =
            #"{"name": "mute", "role": "policy", "version": "1", "description": "x", "command": ["/bin/cat"]}"#
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: folder + "/plugin/plugin.json"))
        let subject = try PluginUnderTest(
            folder: folder + "/plugin", binaries: Places.binaries, environment: Places.environment)
        let stage = try Stage(subject, folder: folder, shared: Shared(nonce: "test"), number: 1)
        defer { stage.stopPlugin() }
        try body(stage)
    }

    /// What the process of this token says, on a connection that ends with it.
    private func hello(_ token: String, to stage: Stage, then body: () throws -> Void) throws {
        let context = try ZeroMQContext()
        let socket = try ZeroMQSocket(.dealer, in: context)
        try socket.connect(stage.endpoint)
        let hello = Hello(name: stage.subject.name, role: .policy, version: "1", token: token)
        let header = Header(type: .hello, id: "x1", session: "", epoch: 0, seq: 1)
        var poller = ZeroMQPoller()
        let writable = poller.add(socket, for: .writable)
        try #require(try poller.poll(timeoutMilliseconds: 10_000) == [writable])
        try socket.send([try stage.codec.encode(header), try stage.codec.encode(hello)])
        try body()
        poller.remove(writable)
        socket.close()
    }

    @Test("a hello that the process before has left unread is not the new one's")
    func leftBehind() throws {
        try withStage { stage in
            try stage.startPlugin()
            try hello("check-1", to: stage) {
                let line = try #require(stage.line)
                try #require(try line.hasMessage(within: 10_000), "it is there, and nobody has read it")
            }
            try stage.startPlugin()
            try hello("check-2", to: stage) {
                let greeting = try stage.greeting()
                #expect(greeting.hello.token == "check-2")
                try stage.welcome(greeting)
                #expect(stage.conversation?.peer == greeting.message.peer)
            }
        }
    }

    @Test("nor are hellos of it of which one has been read, and none answered")
    func unanswered() throws {
        try withStage { stage in
            try stage.startPlugin()
            try hello("check-1", to: stage) {
                try hello("check-1", to: stage) { _ = try stage.greeting() }
            }
            try stage.startPlugin()
            try hello("check-2", to: stage) {
                let greeting = try stage.greeting()
                #expect(greeting.hello.token == "check-2")
            }
        }
    }

    @Test("a new process that says the token of the one before it is at fault", arguments: ["check-1", "check-3", "x"])
    func oldToken(token: String) throws {
        try withStage { stage in
            try stage.startPlugin()
            try stage.startPlugin()
            try hello(token, to: stage) {
                let greeting = try stage.greeting()
                let error = #expect(throws: Broken.self) { try stage.welcome(greeting) }
                #expect(error?.description == "its hello has the token \(token), the launch line said check-2")
            }
        }
    }
}
