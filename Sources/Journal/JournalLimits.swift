/// How large a journal's parts may be. To go beyond one is a bug of the caller, since the wire's own limits are lower.
package enum JournalLimits {
    /// Snapshots that are kept; older ones can be made again from the entries.
    package static let snapshotsKept = 3
    /// Bytes of an entry's or note's body.
    package static let bodyBytes = 64 << 20
    /// Bytes of a snapshot's body. SQLite itself stops at 1,000,000,000.
    package static let snapshotBytes = 512 << 20
    /// Bytes of a type, a note's kind, a metadata key or a mention key.
    package static let nameBytes = 256
    /// Entries and notes of one turn, which wait in memory for the commit.
    package static let rowsPerTurn = 1_000_000
    /// Entries before the end that a start of the core looks at.
    package static let verifiedAtStart: Int64 = 200_000
    /// Entries that verification and other long walks read at a time.
    package static let batch = 2_000
}
