import Foundation
import Messaging
import TestSupport
import Testing
import ZeroMQTransport

@testable import Keys

/// A folder that is removed with its test.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("bb-keys-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ file: String) throws -> Int {
        var status = stat()
        try #require(stat(file, &status) == 0)
        return Int(status.st_mode & 0o777)
    }
}

private func words(_ body: () throws -> Void) throws -> String {
    try #require(throws: KeyError.self) { try body() }.description
}

@Suite("Key files", .blocking)
struct KeyFileTests {
    let scratch: Scratch
    init() throws { scratch = try Scratch() }

    @Test("the secret half is for its owner alone, and belongs to the public one")
    func make() throws {
        let files = try KeyFile.make(owner: KeyOwner(role: "policy", name: "stop-loss"), in: scratch.path)
        #expect(files.secret == scratch.path + "/policy-stop-loss.secret")
        #expect(try scratch.mode(files.secret) == 0o600)
        #expect(try scratch.mode(files.public) == 0o644)
        let pair = try KeyFile.readSecret(files.secret)
        let (owner, key) = try KeyFile.readPublic(files.public)
        #expect(pair.publicKey == key && owner == KeyOwner(role: "policy", name: "stop-loss"))
        let open = try String(contentsOfFile: files.public, encoding: .utf8)
        #expect(!open.contains(pair.secretKey.secretText), "the public file must not have the secret")
        #expect(!"\(pair)".contains(pair.secretKey.secretText), "no description shows the secret")
    }

    @Test("a path of 40 characters, all of them Z85, is a path when the file is there; else it is a key")
    func pathThatLooksLikeAKey() throws {
        var path = ""
        repeat {
            let tail = "/policy-p.public"
            path = "/tmp/bb-k"
            while path.count + tail.count < 40 { path += String("0123456789abcdef".randomElement() ?? "0") }
            path += tail
        } while PublicKey(text: path) == nil
        #expect(try KeyFile.named(path).key.text == path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let owner = KeyOwner(role: "policy", name: "p")
        let made = try KeyFile.make(owner: owner, in: folder)
        #expect(made.public == path)
        let (named, key) = try KeyFile.named(path)
        #expect(named == owner && key == made.pair.publicKey)
        #expect(try KeyFile.publicKey(path) == made.pair.publicKey)
    }

    @Test("a key is never written over another")
    func keeps() throws {
        let owner = KeyOwner(role: "policy", name: "a")
        let first = try KeyFile.make(owner: owner, in: scratch.path)
        let before = try Data(contentsOf: URL(fileURLWithPath: first.secret))
        #expect(try words { _ = try KeyFile.make(owner: owner, in: scratch.path) }.contains("is there already"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: first.secret)) == before)
    }

    @Test("a secret that others can read is refused", arguments: [0o640, 0o604, 0o666])
    func openToOthers(mode: Int) throws {
        let files = try KeyFile.make(owner: KeyOwner(role: "policy", name: "a"), in: scratch.path)
        chmod(files.secret, mode_t(mode))
        #expect(try words { _ = try KeyFile.readSecret(files.secret) }.contains("chmod 600"))
    }

    @Test(
        "a folder, a device and a pipe that nobody writes are no key files, and hold nobody up", .timeLimit(.minutes(1))
    )
    func noFile() throws {
        let pipe = scratch.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [scratch.path, "/dev/null", pipe] {
            #expect(try words { _ = try KeyFile.readPublic(path) }.contains("it is no plain file"))
        }
    }

    @Test("the wrong half, a torn file and a missing one are told apart")
    func wrong() throws {
        let files = try KeyFile.make(owner: KeyOwner(role: "policy", name: "a"), in: scratch.path)
        #expect(try words { _ = try KeyFile.readPublic(files.secret) }.contains("secret half"))
        #expect(try words { _ = try KeyFile.readPublic(scratch.path + "/none") }.contains("bigbrother keys new"))
        chmod(files.public, 0o600)
        #expect(try words { _ = try KeyFile.readSecret(files.public) }.contains("no secret key"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: files.public))
        #expect(try words { _ = try KeyFile.readPublic(files.public) }.contains("no key file"))
        let other = try KeyPair.make()
        let text = try String(contentsOfFile: files.secret, encoding: .utf8)
        let own = try KeyFile.readSecret(files.secret)
        try text.replacingOccurrences(of: own.publicKey.text, with: other.publicKey.text)
            .write(toFile: files.secret, atomically: false, encoding: .utf8)
        #expect(try words { _ = try KeyFile.readSecret(files.secret) }.contains("do not belong together"))
    }
}

@Suite("The list of keys")
struct KeyListTests {
    let scratch: Scratch
    let store: KeyStore
    let key: PublicKey
    let policy = KeyOwner(role: "policy", name: "stop-loss")

    init() throws {
        scratch = try Scratch()
        store = KeyStore(stateDirectory: scratch.path)
        key = try KeyPair.make().publicKey
    }

    private func allow(_ owner: KeyOwner) throws -> Bool {
        try store.change { list throws(KeyError) in try list.allow(key, for: owner, at: "2026-11-25") }
    }

    @Test("one key has one role and one name")
    func oneOwner() throws {
        #expect(try allow(policy))
        #expect(try !allow(policy), "again is no mistake")
        for owner in [KeyOwner(role: "broker", name: "stop-loss"), KeyOwner(role: "policy", name: "other")] {
            #expect(try words { _ = try allow(owner) }.contains("one key has one role and one name"))
        }
        #expect(try store.list().keys.map(\.owner) == [policy])
        #expect(try scratch.mode(store.listPath) == 0o600)
        #expect(try scratch.mode(store.folder) == 0o700)
    }

    @Test(
        "a role or name that is none is refused",
        arguments: [
            ("control", "a"), ("core", "a"), ("policy", ""), ("policy", "../a"), ("policy", "a b"), ("policy", ".a"),
        ])
    func badOwner(role: String, name: String) throws {
        #expect(throws: KeyError.self) { _ = try allow(KeyOwner(role: role, name: name)) }
        #expect(try store.list().keys.isEmpty)
    }

    @Test("what is allowed and revoked is seen at once by a core that runs")
    func live() throws {
        let keeper = try KeyKeeper(store)
        #expect(keeper.owner(of: key) == nil)
        _ = try allow(policy)
        #expect(keeper.owner(of: key) == policy)
        #expect(try store.change { $0.revoke { $0.publicKey == key.text } }.count == 1)
        #expect(keeper.owner(of: key) == nil)
    }

    @Test(
        "a list that cannot be used lets nobody in, and says so, until it is mended",
        arguments: ["{", "{\"version\":2,\"keys\":[]}", "{\"version\":1,\"keys\":[],\"more\":1}"])
    func damaged(text: String) throws {
        _ = try allow(policy)
        let keeper = try KeyKeeper(store)
        let good = try Data(contentsOf: URL(fileURLWithPath: store.listPath))
        try text.write(toFile: store.listPath, atomically: false, encoding: .utf8)
        #expect(keeper.owner(of: key) == nil)
        #expect(try #require(keeper.trouble).contains("nobody new is let in"))
        #expect(throws: KeyError.self) { _ = try KeyKeeper(store) }
        #expect(throws: KeyError.self) { _ = try allow(policy) }
        try good.write(to: URL(fileURLWithPath: store.listPath))
        #expect(keeper.owner(of: key) == policy && keeper.trouble == nil)
    }

    @Test("a list that others can write or read is not believed")
    func openToOthers() throws {
        _ = try allow(policy)
        chmod(store.listPath, 0o666)
        #expect(throws: KeyError.self) { _ = try KeyKeeper(store) }
    }

    @Test("a removed list is an empty one: everybody is cut")
    func removed() throws {
        _ = try allow(policy)
        let keeper = try KeyKeeper(store)
        unlink(store.listPath)
        #expect(keeper.owner(of: key) == nil)
    }

    @Test("two who change the list at once lose nothing")
    func together() async throws {
        let store = store
        let keys = try (0..<20).map { _ in try KeyPair.make().publicKey }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, key) in keys.enumerated() {
                group.addTask {
                    _ = try store.change { list throws(KeyError) in
                        try list.allow(key, for: KeyOwner(role: "policy", name: "p\(index)"), at: "now")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.list().keys.count == 20)
    }

    @Test("the core's own key is made once")
    func server() throws {
        let first = try store.serverKeys()
        #expect(try store.serverKeys() == first)
        #expect(try scratch.mode(store.serverSecretPath) == 0o600)
    }
}

@Suite("Z85")
struct Z85Tests {
    @Test("the vector of RFC 32, and its way back")
    func vector() {
        let bytes: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
        #expect(Z85.encode(bytes) == "HelloWorld")
        #expect(Z85.decode("HelloWorld") == bytes)
    }

    @Test("what is no Z85 is refused", arguments: ["Hell", "Hell ", "Hell\"", "#####", "H\u{E9}lo"])
    func refused(text: String) { #expect(Z85.decode(text) == nil) }

    @Test("every value comes back")
    func roundTrip() {
        for _ in 0..<1_000 {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
            #expect(Z85.decode(Z85.encode(bytes)) == bytes)
        }
        #expect(Z85.decode(Z85.encode([255, 255, 255, 255])) == [255, 255, 255, 255])
    }
}
