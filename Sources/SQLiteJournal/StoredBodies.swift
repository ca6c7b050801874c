import GRDB
import Journal

/// Unpacks the bodies of entries that are read together, and keeps those that others stand on.
struct StoredBodies: ~Copyable {
    private let database: Database
    private let rows: Rows
    private let inflate = Inflate()
    private var bases: [Int64: [UInt8]] = [:]

    private var bytes = 0

    /// Bytes of bases that are kept: those of all types in use, as a rule. A file can be made to have longer ones.
    private static let mostBytes = 8 << 20

    init(_ database: Database, _ rows: Rows) {
        self.database = database
        self.rows = rows
    }

    /// - Parameter entry: with its body as it is stored.
    /// - Throws: ``JournalError/damaged(path:sequence:what:)``.
    mutating func unpacked(_ entry: JournalEntry) throws -> JournalEntry {
        var entry = entry
        do {
            let parts = try StoredBody.Parts(entry.body)
            guard let distance = parts.distance else {
                entry.body = try parts.body(on: [], inflate)
                return entry
            }
            entry.body = try parts.body(on: try base(distance, before: entry.sequence), inflate)
        } catch let defect as StoredBody.Defect {
            throw rows.damaged(entry.sequence, defect.what)
        }
        return entry
    }

    private mutating func base(_ distance: Int64, before sequence: Int64) throws -> [UInt8] {
        let (number, overflows) = sequence.subtractingReportingOverflow(distance)
        if let base = bases[number] { return base }
        guard !overflows, let row = try row(number) else {
            throw StoredBody.Defect(what: "its body stands on that of entry \(number), which is missing")
        }
        let parts = try StoredBody.Parts(try rows.bytes(row, 0, of: number))
        guard parts.distance == nil else {
            throw StoredBody.Defect(what: "its body stands on that of entry \(number), which stands on another one")
        }
        let body = try parts.body(on: [], inflate)
        if bytes + body.count > Self.mostBytes {
            bases.removeAll(keepingCapacity: true)
            bytes = 0
        }
        if body.count <= Self.mostBytes {
            bases[number] = body
            bytes += body.count
        }
        return body
    }

    /// Among the entries, or among what was kept of those that are archived.
    private func row(_ number: Int64) throws -> Row? {
        let statement = try database.cachedStatement(sql: "SELECT body FROM entry WHERE sequence = ?")
        if let row = try Row.fetchOne(statement, arguments: [number]) { return row }
        // A journal that no core has written since there are archives has none.
        guard try database.tableExists("base") || database.viewExists("base") else { return nil }
        let kept = try database.cachedStatement(sql: "SELECT body FROM base WHERE sequence = ?")
        return try Row.fetchOne(kept, arguments: [number])
    }
}
