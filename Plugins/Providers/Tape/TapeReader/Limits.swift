/// What a tape will not go beyond. A limit without a name here is a bug.
package enum Limits {
    package static let maximumFolders = 64
    /// Files of one tape, all open at a time: under the 1024 descriptors that a process is usually given.
    package static let maximumFiles = 5_000
    package static let maximumConditions = 32
    package static let maximumSymbols = 20_000
    package static let maximumCorporateActions = 10_000
    /// Years that a tape may be of. The calendar reckons a little further in both directions, and must be able to.
    package static let years: ClosedRange<Int64> = 1900...2199
    /// Seconds between two updates of the clock: a day.
    package static let maximumStepSeconds = 86_400
    /// Bytes of one row: a wide table of 50,000 symbols, or so.
    package static let maximumRowBytes = 1 << 20
    /// Bytes of the buffer that each file is read through; it grows where a row is longer.
    static let bufferBytes = 64 << 10
    /// Shares that a bar out of closes alone may be said to have traded.
    static let maximumClosesVolume: Int64 = 1_000_000_000
    /// Bytes that zlib reads from the file at a time.
    static let gzipBufferBytes: UInt32 = 32 << 10
    /// Characters of foreign text that an error repeats.
    static let quotedCharacters = 40
    /// How many times faster than it was recorded a tape may run.
    package static let maximumSpeed = 100_000
}
