import Journal
import Orchestration
import Wire

/// The number of the form in which snapshots hold the core's state. It changes more often than the journal's: a snapshot
/// that cannot be read costs time and nothing else.
package enum StateFormat {
    /// Of snapshots that say no number.
    package static let unnumbered: Int64 = 1
    /// docs/journal.md says when it is raised.
    package static let current: Int64 = 2
}

/// Why a snapshot is of no use to this program.
package enum SnapshotDefect: Error, Sendable, Hashable {
    case otherFormat(Int64)
    /// Its bytes are not those that were written.
    case damaged
    /// They are not those that the journal's seal has.
    case notSealed
    /// It has our number, and is not what we write all the same.
    case unreadable(why: String)
}

/// A snapshot's body: the state with the number of its form.
struct StateSnapshot: Codable {
    private struct Number: Decodable { var format: Int64? }

    var format: Int64
    var state: CoreState

    static func encode(_ state: CoreState) throws -> [UInt8] {
        try WireEncoder().encode(StateSnapshot(format: StateFormat.current, state: state))
    }

    static func decode(_ snapshot: Snapshot) throws(SnapshotDefect) -> CoreState {
        guard ChainHash(digestOf: snapshot.body) == snapshot.stateHash else { throw .damaged }
        return try decode(snapshot.body)
    }

    static func decode(_ body: [UInt8]) throws(SnapshotDefect) -> CoreState {
        let format = try read(Number.self, body, unknownFields: .ignore).format ?? StateFormat.unnumbered
        guard format == StateFormat.current else { throw .otherFormat(format) }
        return try read(StateSnapshot.self, body, unknownFields: .refuse).state
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ body: [UInt8], unknownFields: WireDecoder.UnknownFields
    ) throws(SnapshotDefect) -> Value {
        do {
            return try WireDecoder(maximumBytes: JournalLimits.snapshotBytes).decode(
                type, from: body, unknownFields: unknownFields)
        } catch {
            throw .unreadable(why: "\(error)")
        }
    }
}
