import Trading
import Wire

/// One cycle's snapshot as each policy gets it: what it asked for, written once for all that ask for the same.
struct SnapshotParts {
    let snapshot: PortfolioSnapshot
    private let whole: [UInt8]?
    private var written: [PolicyNeeds: [UInt8]] = [:]

    /// - Parameter whole: the bytes of all of it, where they are there already.
    init(_ snapshot: PortfolioSnapshot, _ whole: [UInt8]?) {
        self.snapshot = snapshot
        self.whole = whole
    }

    mutating func bytes(for needs: PolicyNeeds, _ codec: MessageCodec) throws -> [UInt8] {
        if let bytes = written[needs] { return bytes }
        let part = snapshot.limited(to: needs)
        let bytes = part == snapshot ? try whole ?? codec.encode(part) : try codec.encode(part)
        written[needs] = bytes
        return bytes
    }
}
