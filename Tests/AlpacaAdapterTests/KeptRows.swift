import AlpacaAdapter
import Foundation

/// The adapter's file, as its rows: written with what has changed, and read as a whole.
struct KeptRows {
    private struct Kept: StoredRow {
        let kind: String
        let body: Data

        func value<Value: Decodable>(as type: Value.Type) throws -> Value {
            try JSONDecoder().decode([Value].self, from: body)[0]
        }
    }

    private var rows: [String: Kept] = [:]
    private var saved = OrderChains()

    mutating func save(_ chains: OrderChains) throws {
        for row in chains.rows(since: saved) {
            rows["\(row.kind) \(row.key)"] = try row.value.map { Kept(kind: row.kind, body: try Self.data($0)) }
        }
        saved = chains
    }

    private static func data(_ value: some Encodable) throws -> Data { try JSONEncoder().encode([value]) }

    mutating func read() throws -> OrderChains {
        saved = try OrderChains(rows: Array(rows.values))
        return saved
    }
}
