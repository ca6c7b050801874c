/// The nearest name by edit distance.
enum Typo {
    static func nearest(to name: String, in known: [String]) -> String? {
        guard name.utf8.count <= WireLimits.typoNameBytes else { return nil }
        let ranked = known.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        // Two edits make any name of two letters out of any other.
        let isNear = best.distance <= WireLimits.typoDistance && best.distance < name.utf8.count
        return isNear ? best.name : nil
    }

    /// How many bytes must be inserted, deleted or replaced (Levenshtein).
    static func distance(_ from: [UInt8], _ to: [UInt8]) -> Int {
        var row = Array(0...to.count)
        for (i, source) in from.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, target) in to.enumerated() {
                let replaced = diagonal + (source == target ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[to.count]
    }
}
