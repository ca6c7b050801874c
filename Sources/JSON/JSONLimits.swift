/// The limits of every JSON text that we read or write.
package enum JSONLimits {
    /// How deep arrays and objects may nest. `[]` has depth 1.
    package static let maximumDepth = 32
    /// The longest text that is parsed, in bytes, unless the caller names another limit.
    package static let maximumBytes = 16 * 1024 * 1024
    /// An object with more members than this is checked for duplicates by a set, a smaller one by comparing.
    static let comparedMembers = 16
    /// How much of a foreign text is repeated in an error, in Unicode scalars.
    static let quotedScalars = 64
}
