import AlpacaAPI
import AlpacaAdapter
import Foundation
import GRDB
import Glibc
import PluginKit
import Trading
import Wire

/// What outlives the process: which orders of the venue are whose, the epoch, and the cash that was told.
///
/// It is a file of SQLite (WAL, synchronous=FULL) with a row for each order, so that what is written is what has changed.
///
/// - I-AD-1: What a request is to place or change is on the disk before the request leaves.
/// - I-AD-2: An execution is on the disk before the core is told of it: under another id it would be booked twice.
/// - I-AD-3: One process at a time has it.
final class AdapterMemory {
    struct Contents: Equatable {
        var account: AccountID
        var epoch: Int64 = 0
        var chains = OrderChains()
        var cash = CashBook()
        /// How far the events of the account were read.
        var cursor = Alpaca.EventCursor()

        init(account: AccountID) { self.account = account }
    }

    private let path: String
    private let queue: DatabaseQueue
    private var lock: CInt
    /// As it is on the disk.
    private var saved: Contents
    private(set) var isSaved = true

    private static let format = 1
    /// "BBAO".
    private static let applicationID = 0x4242_414F
    private static let mostBytes = 1 << 30

    /// Waits until no other process has it: the adapter of a core that was killed may still be at its last message.
    /// - Throws: `SettingsError`: without it nobody knows what was sent, and nothing may be.
    init(folder: String, account: AccountID) throws {
        path = "\(folder)/alpaca-\(Self.fileName(account)).sqlite"
        saved = Contents(account: account)
        lock = open(path + ".lock", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Self.failure(path + ".lock", "open") }
        while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw Self.failure(path + ".lock", "flock") } }
        let isNew = try Self.makeFile(path)
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            try Self.prepare(queue, account, isNew: isNew)
        } catch {
            throw Self.unreadable(path, error)
        }
    }

    deinit { if lock >= 0 { close(lock) } }

    /// An account id may have a slash.
    private static func fileName(_ account: AccountID) -> String {
        String(account.text.map { $0 == "/" || $0 == "." ? "_" : $0 })
    }

    /// Made here, so that nobody else can read it for even an instant; SQLite's own files take over its mode.
    /// - Returns: whether it was not there.
    private static func makeFile(_ path: String) throws -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "fstat") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= mostBytes else {
            throw unreadable(path, "it is no regular file, or larger than a gigabyte")
        }
        return status.st_size == 0
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    private static func prepare(_ queue: DatabaseQueue, _ account: AccountID, isNew: Bool) throws {
        try queue.write { database in
            if isNew {
                try database.execute(
                    sql: "CREATE TABLE row (kind TEXT, key TEXT, value BLOB NOT NULL, PRIMARY KEY (kind, key)) STRICT")
                try database.execute(
                    sql: "INSERT INTO row VALUES (?, '', ?)", arguments: [Kind.account.rawValue, data(account)])
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(format)")
            }
            let format = try Int.fetchOne(database, sql: "PRAGMA user_version")
            guard try Int.fetchOne(database, sql: "PRAGMA application_id") == applicationID, format == Self.format
            else {
                throw SettingsError("it is of format \(format ?? 0), or of another program")
            }
        }
    }

    // MARK: - Reading

    /// Kinds beside those of ``OrderChains``.
    private enum Kind: String {
        case account, epoch, cash, cursor
    }

    private struct ReadRow: StoredRow {
        let kind: String
        let body: Data

        func value<Value: Decodable>(as type: Value.Type) throws -> Value {
            try WireDecoder().decode(type, from: Array(body), unknownFields: .refuse)
        }
    }

    /// Once, at the start.
    func read() throws -> Contents {
        do {
            let rows = try queue.read { database in
                try Row.fetchAll(database, sql: "SELECT kind, value FROM row").map {
                    ReadRow(kind: $0["kind"], body: $0["value"])
                }
            }
            var contents = Contents(account: saved.account)
            for row in rows {
                switch Kind(rawValue: row.kind) {
                case .account:
                    let account = try row.value(as: AccountID.self)
                    guard account == contents.account else { throw SettingsError("it is of account \(account)") }
                case .epoch: contents.epoch = try row.value(as: Int64.self)
                case .cash: contents.cash = try row.value(as: CashBook.self)
                case .cursor:
                    contents.cursor = Alpaca.EventCursor(last: Alpaca.ULID(try row.value(as: String.self)))
                case nil: break
                }
            }
            contents.chains = try OrderChains(rows: rows)
            saved = contents
            return contents
        } catch {
            throw Self.unreadable(path, error)
        }
    }

    // MARK: - Writing

    func markChanged() { isSaved = false }

    /// What differs from what is on the disk, in one transaction, which is durable when this returns.
    /// - Throws: `SettingsError`: nothing may be sent then.
    func save(_ contents: Contents) throws {
        var rows = contents.chains.rows(since: saved.chains)
        if contents.epoch != saved.epoch {
            rows.append(ChangedRow(kind: Kind.epoch.rawValue, key: "", value: contents.epoch))
        }
        if contents.cash != saved.cash {
            rows.append(ChangedRow(kind: Kind.cash.rawValue, key: "", value: contents.cash))
        }
        if let last = contents.cursor.last, last != saved.cursor.last {
            rows.append(ChangedRow(kind: Kind.cursor.rawValue, key: "", value: last.text))
        }
        do {
            if !rows.isEmpty { try queue.write { database in for row in rows { try Self.write(row, database) } } }
        } catch {
            throw SettingsError("\(path): \(error); what is sent cannot be written down, so nothing is")
        }
        saved = contents
        isSaved = true
    }

    private static func write(_ row: ChangedRow, _ database: Database) throws {
        guard let value = row.value else {
            return try database.execute(
                sql: "DELETE FROM row WHERE kind = ? AND key = ?", arguments: [row.kind, row.key])
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO row VALUES (?, ?, ?)", arguments: [row.kind, row.key, data(value)])
    }

    private static func data(_ value: some Encodable) throws -> Data { Data(try WireEncoder().encode(value)) }

    private static func unreadable(_ path: String, _ why: any Error) -> SettingsError { unreadable(path, "\(why)") }

    private static func unreadable(_ path: String, _ why: String) -> SettingsError {
        SettingsError(
            "\(path): \(why). It says which of the venue's orders are ours; moved away, they count as somebody else's")
    }

    private static func failure(_ path: String, _ call: String) -> SettingsError {
        SettingsError(
            "\(path): \(call): \(String(cString: strerror(errno))); what is sent cannot be written down, so nothing is")
    }
}
