/// The limits of `WireEncoder` and `WireDecoder`.
enum WireLimits {
    /// Keys made up at run time must not grow the cache for ever.
    static let cachedNames = 4096
    /// An unknown field that is as near as this to a known one was meant to be it.
    static let typoDistance = 2
    /// Longer names are not compared for typos.
    static let typoNameBytes = 64
}
