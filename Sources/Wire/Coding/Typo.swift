/// The nearest name by edit distance.
package enum Typo {
    static func nearest(to name: String, in known: [String]) -> String? {
        guard let best = best(name, known) else { return nil }
        // Two edits make any name of two letters out of any other.
        let isNear = best.distance <= WireLimits.typoDistance && best.distance < name.utf8.count
        return isNear ? best.name : nil
    }

    /// The name that a person probably meant, who may have left out or added a word: up to a third of the longer name may
    /// differ, or one is the other's beginning or end.
    package static func meant(by name: String, in known: [String]) -> String? {
        if let near = nearest(to: name, in: known) { return near }
        let kin = known.filter { isKin(name, $0) }
        if kin.count == 1 { return kin[0] }
        guard let best = best(name, known) else { return nil }
        return best.distance * 3 <= max(name.utf8.count, best.name.utf8.count) ? best.name : nil
    }

    private static func isKin(_ name: String, _ known: String) -> Bool {
        let (short, long) = name.utf8.count < known.utf8.count ? (name, known) : (known, name)
        return short.utf8.count >= 4 && (long.hasPrefix(short + "_") || long.hasSuffix("_" + short))
    }

    private static func best(_ name: String, _ known: [String]) -> (name: String, distance: Int)? {
        guard name.utf8.count <= WireLimits.typoNameBytes else { return nil }
        return known.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
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
