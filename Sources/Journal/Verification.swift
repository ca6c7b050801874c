/// Follows a chain entry by entry, and says what is wrong with the first that does not fit.
package struct ChainWalk {
    package private(set) var end: JournalHead

    package init(after start: JournalHead) { end = start }

    /// - Returns: the sequence that is wrong and why; nil when the entry fits, which is the new end then.
    package mutating func follow(_ entry: JournalEntry) -> (sequence: Int64, what: String)? {
        let wanted = end.sequence + 1
        if entry.sequence < wanted { return (entry.sequence, "it was never written by a core, entries begin with 1") }
        if entry.sequence > wanted { return (wanted, "it is missing, and the next one is \(entry.sequence)") }
        guard entry.turn == end.turn + 1 || (entry.turn == end.turn && end.turn > 0) else {
            return (wanted, "it belongs to turn \(entry.turn), and the one before to turn \(end.turn)")
        }
        guard entry.isSound(after: end.chain) else {
            return (wanted, "its hash does not fit, so it, or the one before, is not what was written")
        }
        end = JournalHead(entry)
        return nil
    }
}

/// Where a verification begins.
package enum VerificationStart: Sendable {
    case genesis
    /// At the newest snapshot, whose entry is taken as it stands: quick, for each start of a core.
    case latestSnapshot
    /// So many entries before the end, or all that are in no archive, whose first is taken as it stands; from the genesis where
    /// there are no more.
    case newest(Int64)
}

extension JournalReader {
    /// Walks the chain to where the journal says it ends: contents, order, gaps, turns, and the snapshots on the way.
    /// - Parameter progress: is called with the last good sequence, from time to time.
    /// - Throws: ``JournalError/damaged(path:sequence:what:)`` for the first entry that is not as it was written; and
    ///   what reading throws.
    package func verifyChain(
        from start: VerificationStart = .genesis, progress: (Int64) -> Void = { _ in }
    ) throws(JournalError) {
        let claimed = try head
        var walk = ChainWalk(after: try beginning(start))
        // From the genesis, rows in front of the first entry are met as well.
        var next = walk.end.sequence == 0 ? Int64.min : walk.end.sequence + 1
        while next <= claimed.sequence {
            let batch = try readable(in: next...claimed.sequence, after: walk.end.sequence)
            for entry in batch {
                if let bad = walk.follow(entry) {
                    throw .damaged(path: path, sequence: bad.sequence, what: bad.what)
                }
            }
            guard let last = batch.last else { break }
            try checkSnapshots(among: batch)
            progress(last.sequence)
            next = last.sequence + 1
        }
        guard walk.end.sequence == claimed.sequence else {
            throw .damaged(
                path: path, sequence: walk.end.sequence + 1,
                what: "it is missing, and the journal should end with \(claimed.sequence)")
        }
        guard walk.end == claimed else {
            throw .damaged(path: path, sequence: claimed.sequence, what: "it is not the end that was committed")
        }
    }

    /// The next batch; where the file itself is damaged, what can still be read of it, or the entry that cannot.
    private func readable(in range: ClosedRange<Int64>, after good: Int64) throws(JournalError) -> [JournalEntry] {
        do throws(JournalError) {
            return try entries(in: range, limit: JournalLimits.batch)
        } catch {
            guard case .damaged(_, let bad, let what) = error else { throw error }
            // What cannot be read may depend on something before it that is damaged: that is the first then.
            if bad > range.lowerBound {
                return try entries(in: range.lowerBound...(bad - 1), limit: JournalLimits.batch)
            }
            guard bad == 0 else { throw error }
            do throws(JournalError) {
                return try entries(in: range, limit: 1)
            } catch {
                throw .damaged(path: path, sequence: good + 1, what: what)
            }
        }
    }

    /// The head from which a walk starts.
    private func beginning(_ start: VerificationStart) throws(JournalError) -> JournalHead {
        if case .newest(let count) = start { return try beginning(before: count) }
        guard case .latestSnapshot = start, let snapshot = try latestSnapshot(atOrBefore: nil), snapshot.sequence > 0
        else { return .empty }
        guard let entry = try entries(in: snapshot.sequence...snapshot.sequence, limit: 1).first else {
            throw .damaged(
                path: path, sequence: snapshot.sequence, what: "it is missing, though there is a snapshot of it")
        }
        try check(snapshot, against: entry)
        return JournalHead(entry)
    }

    private func beginning(before count: Int64) throws(JournalError) -> JournalHead {
        var first = try head.sequence - count
        // A start needs no archive.
        if archivedUpTo > 0 { first = max(first, archivedUpTo + 1) }
        guard first > 0 else { return .empty }
        guard let entry = try entries(in: first...first, limit: 1).first else {
            throw .damaged(path: path, sequence: first, what: "it is missing")
        }
        return JournalHead(entry)
    }

    private func checkSnapshots(among batch: [JournalEntry]) throws(JournalError) {
        guard let first = batch.first, let last = batch.last else { return }
        var upTo = last.sequence
        while let snapshot = try latestSnapshot(atOrBefore: upTo), snapshot.sequence >= first.sequence {
            try check(snapshot, against: batch[Int(snapshot.sequence - first.sequence)])
            upTo = snapshot.sequence - 1
        }
    }

    private func check(_ snapshot: Snapshot, against entry: JournalEntry) throws(JournalError) {
        guard snapshot.chain == entry.chain else {
            throw .damaged(path: path, sequence: entry.sequence, what: "its snapshot was made of another journal")
        }
    }
}
