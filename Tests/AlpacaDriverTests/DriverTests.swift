import AlpacaAPI
import AlpacaAdapter
import Foundation
import GRDB
import Testing
import Trading

@testable import AlpacaDriver

private let start = Timestamp(seconds: 1_773_667_860)

@Suite("the adapter's file")
struct MemoryTests {
    private let folder = NSTemporaryDirectory() + "memory-\(UUID().uuidString)"
    private let account = AccountID(unchecked: "demo")

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private var path: String { folder + "/alpaca-demo.sqlite" }

    private func chains(_ ids: ClosedRange<Int>, at time: Timestamp = start) -> OrderChains {
        var chains = OrderChains()
        for id in ids { expect(id, at: time, &chains) }
        return chains
    }

    private func expect(_ id: Int, at time: Timestamp, _ chains: inout OrderChains) {
        let order = NewOrder(
            clientOrderID: ClientOrderID(unchecked: "o\(id)"), symbol: Symbol(unchecked: "ABC"), side: .buy,
            type: .limit,
            quantity: .one, limitPrice: .one, timeInForce: .gtc, role: .entry)
        _ = chains.expect(OrderSubmission(orders: [order], groupID: nil, groupKind: nil), at: time)
    }

    @Test("what was saved is read again, and nobody else may read it")
    func saved() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var contents = AdapterMemory.Contents(account: account)
        (contents.epoch, contents.chains) = (7, chains(1...3))
        do {
            let memory = try AdapterMemory(folder: folder, account: account)
            #expect(try memory.read() == AdapterMemory.Contents(account: account))
            memory.markChanged()
            #expect(!memory.isSaved)
            try memory.save(contents)
            #expect(memory.isSaved)
        }
        for file in ["", "-wal"] where FileManager.default.fileExists(atPath: path + file) {
            let mode = try FileManager.default.attributesOfItem(atPath: path + file)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
        }
        #expect(try AdapterMemory(folder: folder, account: account).read() == contents)
    }

    @Test("an order that changes is written, and what was forgotten is gone: over starts as well")
    func rows() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var contents = AdapterMemory.Contents(account: account)
        contents.chains = chains(1...3)
        for step in 0..<3 {
            let memory = try AdapterMemory(folder: folder, account: account)
            let before = try memory.read()
            #expect(step == 0 || before == contents)
            switch step {
            case 0: break
            case 1:
                _ = contents.chains.reject([ClientOrderID(unchecked: "o2")], reason: "by the test", at: start)
                expect(4, at: start, &contents.chains)
            default: contents.chains.prune(before: start + .seconds(1))
            }
            let changed = contents.chains.rows(since: before.chains).map { "\($0.kind) \($0.key)" }.sorted()
            #expect(changed == [["chain o1", "chain o2", "chain o3"], ["chain o2", "chain o4"], ["chain o2"]][step])
            try memory.save(contents)
        }
        let last = try AdapterMemory(folder: folder, account: account).read()
        #expect(last == contents && last.chains[ClientOrderID(unchecked: "o2")] == nil)
    }

    @Test(
        "a file that cannot be read, or is another account's or another program's, ends the start", arguments: 0..<4)
    func damaged(kind: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func made(by sql: String) throws { try DatabaseQueue(path: path).write { try $0.execute(sql: sql) } }
        _ = try AdapterMemory(folder: folder, account: account).read()
        switch kind {
        case 0: try Data("no database, but a text of some length".utf8).write(to: URL(fileURLWithPath: path))
        case 1: try made(by: "UPDATE row SET value = CAST('\"other\"' AS BLOB) WHERE kind = 'account'")
        case 2: try made(by: "INSERT INTO row VALUES ('chain', 'x', x'7B')")
        default: try made(by: "PRAGMA user_version = 2")
        }
        let error = #expect(throws: (any Error).self) {
            try AdapterMemory(folder: folder, account: account).read()
        }
        #expect(error.map { "\($0)" }?.contains("moved away") == true, "\(String(describing: error))")
    }

    @Test("a second process waits until the first has ended (I-AD-3)")
    func lock() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var memory: AdapterMemory? = try AdapterMemory(folder: folder, account: account)
        let lock = open(path + ".lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        #expect(memory != nil)
        memory = nil
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    }
}

@Suite("whether a stream still tells")
struct StreamWatchTests {
    private func later(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    @Test("after a minute without a word the lists are read, and again after another")
    func silence() {
        var watch = StreamWatch(at: start)
        #expect(watch.advance(to: later(59)) == .nothing)
        #expect(watch.advance(to: later(60)) == .list)
        #expect(watch.advance(to: later(61)) == .nothing)
        #expect(watch.nextDue == later(120))
        watch.heard(at: later(70))
        #expect(watch.nextDue == later(130))
    }

    @Test("it is opened anew when the lists show what it should have told, and it stays silent")
    func deaf() {
        var watch = StreamWatch(at: start)
        watch.listed(news: later(30))
        #expect(watch.nextDue == later(60), "it may still come")
        _ = watch.advance(to: later(60))
        watch.listed(news: later(61))
        #expect(watch.advance(to: later(65)) == .nothing)
        #expect(watch.advance(to: later(66)) == .reopen)
        watch.heard(at: later(65))
        #expect(watch.advance(to: later(66)) == .nothing)
    }
}

@Suite("the adapter's settings")
struct SettingsTests {
    private let folder = NSTemporaryDirectory() + "settings-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func settings(_ text: String, mode: Int = 0o600) throws -> AlpacaSettings {
        let path = folder + "/key"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        var settings = AlpacaSettings()
        settings.keyFile = path
        return settings
    }

    private static let key = "APCA_API_KEY_ID=PKWORD\nAPCA_API_SECRET_KEY=\"SECRETWORD\"\n"

    @Test("the paper host is asked unless it is said otherwise")
    func hosts() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = try settings(Self.key)
        #expect(try settings.site().trading.description == "https://paper-api.alpaca.markets")
        #expect(try settings.site().credentials == Alpaca.Credentials(key: "PKWORD", secret: "SECRETWORD"))
        settings.live = true
        #expect(try settings.site().trading.description == "https://api.alpaca.markets")
        settings.tradingURL = "http://example.com"
        #expect(throws: (any Error).self) { try settings.site() }
    }

    @Test("a file that others can read is refused", arguments: [0o640, 0o604, 0o666])
    func readable(_ mode: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try settings(Self.key, mode: mode)
        let error = #expect(throws: (any Error).self) { try settings.site() }
        #expect(error.map { "\($0)" }?.contains("WORD") == false)
    }

    @Test(
        "a file that is none of a key is refused, without a word of it",
        arguments: ["", "SECRETWORD", "APCA_API_KEY_ID=SECRETWORD"])
    func malformed(_ text: String) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try settings(text)
        let error = #expect(throws: (any Error).self) { try settings.site() }
        #expect(error.map { "\($0)" }?.contains("SECRETWORD") == false)
    }

    @Test("no key is an error, and so are too few requests")
    func missing() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: (any Error).self) { try AlpacaSettings().site() }
        var settings = AlpacaSettings()
        settings.requestsPerMinute = 59
        #expect(throws: (any Error).self) { try settings.checkedRequests() }
    }
}
