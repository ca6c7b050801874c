import Foundation
import GRDB
import Journal
import Orchestration
import SQLiteJournal
import Trading
import Wire

/// A journal that scripts/freeze-journal kept, in a copy that a test may write, and what must be found in it.
final class FrozenJournal {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Frozen")

    let name: String
    let expected: Expected
    private let place: URL
    var path: String { place.appending(path: "journal.sqlite").path }

    /// All that are kept, `format-1-state-1` first.
    static func names() -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("format-") }
                .sorted()
        } catch {
            preconditionFailure("\(folder.path): \(error)")
        }
    }

    init(_ name: String) throws {
        self.name = name
        let source = Self.folder.appending(path: name)
        place = FileManager.default.temporaryDirectory.appending(path: "bb-upgrade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        expected = try WireDecoder().decode(
            Expected.self, from: Array(Data(contentsOf: source.appending(path: "expected.json"))),
            unknownFields: .refuse)
        try FileManager.default.copyItem(
            at: source.appending(path: "journal.sqlite"), to: place.appending(path: "journal.sqlite"))
    }

    deinit {
        do { try FileManager.default.removeItem(at: place) } catch { print("left behind: \(place.path), \(error)") }
    }

    func reader() throws -> SQLiteJournalReader { try SQLiteJournalReader(path: path) }

    func entries() throws -> [JournalEntry] { try reader().entries(from: 1, limit: .max) }

    /// Changes the closed file past the journal.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    func header() throws -> Int64? {
        let queue = try DatabaseQueue(path: path)
        defer { do { try queue.close() } catch { print("\(path): \(error)") } }
        return try queue.read { try Int64.fetchOne($0, sql: "PRAGMA user_version") }
    }
}

/// `expected.json`.
struct Expected: Codable {
    struct Status: Codable {
        var account: AccountID
        var cycle: Int64
        var epoch: Int64
        var equity: Money
        var cash: Money
        var realizedProfit: Money
        var unprotected: [Symbol]
    }
    struct Position: Codable {
        var symbol: Symbol
        var quantity: Quantity
        var averagePrice: Price
    }
    struct Order: Codable {
        var id: ClientOrderID
        var quantity: Quantity
        var status: OrderStatus
    }
    struct Plan: Codable {
        var id: DecisionID
        var symbol: Symbol
        var stop: ProtectiveStop?
        var target: Price?
    }
    var format: Int64
    var stateFormat: Int64
    var entries: Int64
    var inputs: Int64
    /// SHA-256 of type, time, length and body of every input.
    var inputsSha256: String
    var chain: String
    var snapshots: [Int64]
    var status: Status
    var positions: [Position]
    var orders: [Order]
    var plans: [Plan]
}
