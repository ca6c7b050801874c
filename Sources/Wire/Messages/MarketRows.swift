import JSON
import Trading

/// A row of an update that cannot be read.
package struct UnreadableRow: Sendable, Hashable {
    /// `quotes`, `bars`, `conditions` or `corporate_actions`.
    package let field: String
    package let index: Int
    /// Of its symbol or name what can be read.
    package let name: String?
    package let why: String
}

extension MessageCodec {
    /// Reads an update. A row that cannot be read is left out, and not what stands beside it (I-BOUND-2).
    /// - Throws: ``WireDecodingError`` for what is no update at all.
    package func market(
        _ bytes: [UInt8]
    ) throws(WireDecodingError) -> (update: MarketUpdate, unreadable: [UnreadableRow]) {
        do throws(WireDecodingError) {
            return (try data(MarketUpdate.self, bytes), [])
        } catch {
            guard let (tree, rows) = withoutUnreadableRows(bytes), !rows.isEmpty else { throw error }
            return (try data(MarketUpdate.self, tree), rows)
        }
    }

    private func withoutUnreadableRows(_ bytes: [UInt8]) -> (JSON, [UnreadableRow])? {
        guard case .object(var members)? = tree(bytes) else { return nil }
        var rows: [UnreadableRow] = []
        for index in members.indices {
            let key = members[index].key
            switch key {
            case "quotes": members[index].value = readable(Quote.self, members[index].value, key, &rows)
            case "bars": members[index].value = readable(Bar.self, members[index].value, key, &rows)
            case "conditions": members[index].value = readable(MarketCondition.self, members[index].value, key, &rows)
            case "corporate_actions":
                members[index].value = readable(CorporateAction.self, members[index].value, key, &rows)
            default: continue
            }
        }
        return (.object(members), rows)
    }

    private func tree(_ bytes: [UInt8]) -> JSON? {
        // The error of the ordinary way is the one that is told.
        do { return try JSONParser.parse(bytes) } catch { return nil }
    }

    private func readable<Row: Decodable>(
        _ type: Row.Type, _ list: JSON, _ field: String, _ unreadable: inout [UnreadableRow]
    ) -> JSON {
        guard case .array(let rows) = list else { return list }
        var kept: [JSON] = []
        for (index, row) in rows.enumerated() {
            do throws(WireDecodingError) {
                _ = try data(type, row)
                kept.append(row)
            } catch {
                unreadable.append(UnreadableRow(field: field, index: index, name: row.rowName, why: "\(error)"))
            }
        }
        return .array(kept)
    }
}

extension JSON {
    fileprivate var rowName: String? {
        for key in ["symbol", "name", "id"] {
            if case .string(let text)? = self[key], text.utf8.count <= 64 { return text }
        }
        return nil
    }
}
