/// How large a journal's parts may be. What is written is held against the lower limit of each pair, what is read against the
/// higher one, so that nothing is ever written that cannot be read back (I-JRN-13).
package enum JournalLimits {
    /// Snapshots that are kept; older ones can be made again from the entries.
    package static let snapshotsKept = 3
    /// Bytes of an entry's or note's body that is written: twice the longest message.
    package static let writtenBodyBytes = 32 << 20
    /// Bytes of one that is read; earlier versions wrote as much.
    package static let bodyBytes = 64 << 20
    /// Bytes of a snapshot's body that is written.
    package static let writtenSnapshotBytes = 256 << 20
    /// Bytes of one that is read. SQLite itself stops at 1,000,000,000.
    package static let snapshotBytes = 512 << 20
    /// Bytes of bodies that are read at a time; the entry that goes beyond is the last.
    package static let batchBytes = 64 << 20
    /// Bytes of a type, a note's kind, a metadata key or a mention key.
    package static let nameBytes = 256
    /// Entries and notes of one turn, which wait in memory for the commit.
    package static let rowsPerTurn = 1_000_000
    /// Entries before the end that a start of the core looks at.
    package static let verifiedAtStart: Int64 = 200_000
    /// Entries that verification and other long walks read at a time.
    package static let batch = 2_000
}
