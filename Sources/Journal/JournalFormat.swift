/// The number of the form in which a journal is written: which kinds of entries there are, and what stands in their bodies.
///
/// An entry of kind ``JournalEntry/Kind/format`` says from where on which number holds; the chain covers it. The metadata
/// repeat it, so that a program too old for the journal finds it without reading an entry.
package enum JournalFormat {
    /// Of entries before the first that names a number.
    package static let unnumbered: Int64 = 1
    /// What this program writes, and the newest that it reads. docs/journal.md says when it is raised, and how.
    package static let current: Int64 = 2

    /// The type of the entries that name a number.
    package static let entryType = "format"
    /// Metadata: the number. Whoever keeps journals in files has it where an older program looks before it reads anything.
    package static let numberKey = "format"
    /// Metadata: the version of the program that raised the number, or went on with it.
    package static let programKey = "written_by"
}
