import Trading

/// New shares for old, so many for so many.
package struct Split: Sendable, Hashable, Codable {
    let numerator: Int64
    let denominator: Int64

    init(_ numerator: Int64, _ denominator: Int64) {
        (self.numerator, self.denominator) = (numerator, denominator)
    }

    /// One share for this many, or so many for one.
    private static let most: Int64 = 1_000
    /// Both sides of a ratio such as 3:2 or 21:20.
    private static let mostOfBoth: Int64 = 50
    /// Brokers round averages: so many parts in a million may differ.
    private static let tolerance: Int128 = 1_000

    /// Recognized by the figures alone: the quantity is multiplied and the average price divided by a ratio of small
    /// numbers, with what is no whole share paid in cash; or the quantity is, and the whole cost is the same.
    init?(from ours: PositionRecord, to theirs: BrokerPosition) {
        self.init(from: ours.quantity, costing: ours.averagesTold, to: theirs.quantity, costing: theirs.averagePrice)
    }

    /// - Parameter averages: what a share of the old ones has cost, in each way that the broker may count it.
    init?(from old: Quantity, costing averages: [Price], to new: Quantity, costing average: Price) {
        guard averages.contains(where: \.isPositive), average.isPositive, old != new, !old.isZero, !new.isZero else {
            return nil
        }
        let best = Self.ratios(from: old, to: new).compactMap { split -> (split: Split, isDivided: Bool)? in
            guard split.isUsual else { return nil }
            let isDivided = averages.contains { split.divides($0, into: average) }
            let isSame = averages.contains { Self.isSameCost((old, $0), (new, average)) }
            return isDivided || isSame ? (split, isDivided) : nil
        }
        // The average says which it is, where it does; of those the simplest. Where the whole cost is the same, that is so for each.
        .min {
            ($0.isDivided ? 0 : 1, $0.split.small, $0.split.size) < (
                $1.isDivided ? 0 : 1, $1.split.small, $1.split.size
            )
        }
        guard let best else { return nil }
        self = best.split
    }

    /// Fewer shares, worth more each.
    var isReverse: Bool { numerator < denominator }

    /// Companies choose such: 10:1, 1:15, 3:2, 2:5 for one share of two and a half, or 11:10 and 21:20 as a dividend in shares.
    /// Others are not guessed from figures: some ratio of small numbers is near to any two quantities, and a person's trades
    /// bring an average near to any other.
    var isUsual: Bool {
        if small == 1 || Self.shareDividends.contains(self) { return true }
        return max(numerator, denominator) <= 10 && (!isReverse || numerator == 2)
    }

    /// Of ten and of five percent.
    private static let shareDividends = [Split(11, 10), Split(21, 20)]

    /// Whether some split that companies choose makes the one quantity of the other, whatever the averages say.
    static func mayExplain(_ new: Quantity, from old: Quantity) -> Bool {
        old != new && !old.isZero && !new.isZero && ratios(from: old, to: new).contains(where: \.isUsual)
    }

    /// As many shares as before.
    var isNone: Bool { numerator == denominator }

    /// What both make of the shares of before, in the smallest numbers.
    func after(_ first: Split) -> Split {
        func divisor(_ one: Int64, _ other: Int64) -> Int64 { other == 0 ? one : divisor(other, one % other) }
        let (mine, first) = (reduced(divisor), first.reduced(divisor))
        // Crosswise, so that what fits a ratio each fits together, or is clamped to what is no usual ratio.
        let (over, under) = (divisor(mine.numerator, first.denominator), divisor(first.numerator, mine.denominator))
        return Split(
            (mine.numerator / over).clampedProduct(first.numerator / under),
            (mine.denominator / under).clampedProduct(first.denominator / over))
    }

    private func reduced(_ divisor: (Int64, Int64) -> Int64) -> Split {
        let common = max(1, divisor(numerator, denominator))
        return Split(numerator / common, denominator / common)
    }

    private var size: Int64 { numerator + denominator }
    private var small: Int64 { min(numerator, denominator) }

    /// Every ratio of small numbers that makes the one of the other.
    private static func ratios(from old: Quantity, to new: Quantity) -> [Split] {
        var found: [Split] = []
        func consider(_ numerator: Int64, _ denominator: Int64) {
            let split = Split(numerator, denominator)
            if numerator != denominator, split.explains(new, from: old), split.isClear(in: new, from: old) {
                found.append(split)
            }
        }
        for many in 2...most {
            consider(many, 1)
            consider(1, many)
        }
        for denominator in 2...mostOfBoth {
            for numerator in 2...mostOfBoth where numerator != denominator { consider(numerator, denominator) }
        }
        return found
    }

    /// Whether it makes one quantity of the other, in whole shares or in whole parts of a share as the broker books them.
    func explains(_ new: Quantity, from old: Quantity) -> Bool {
        guard old.isNegative == new.isNegative else { return false }
        let (before, after) = (Int128(old.units.magnitude), Int128(new.units.magnitude))
        let exact = before * Int128(numerator)
        let shown = after * Int128(denominator)
        // A part in a million of what is shown: adapters round fractions.
        if abs(exact - shown) * 1_000_000 <= exact { return true }
        // What is no whole share, or no whole part of one, is paid in cash, or made a whole one where shares become fewer.
        let share = Self.lastPlace(of: after)
        return exact >= share * Int128(denominator)
            && abs(exact - shown) < share * Int128(denominator) && (shown < exact || numerator < denominator)
    }

    /// What is paid in cash, or made whole, is the smaller part of what changes: else any ratio near one would do.
    private func isClear(in new: Quantity, from old: Quantity) -> Bool {
        let before = Int128(old.units) * Int128(denominator)
        let exact = Int128(old.units) * Int128(numerator)
        return abs(exact - Int128(new.units) * Int128(denominator)) * 2 <= abs(exact - before)
    }

    /// What a broker counts in, as far as its figure shows: a share, a tenth, a hundredth of one ...
    private static func lastPlace(of quantity: Int128) -> Int128 {
        var place = Int128(Quantity.scale)
        while place > 1, quantity % place != 0 { place /= 10 }
        return place
    }

    /// Whether the broker's average price is that of new shares too.
    func divides(_ ours: PositionRecord, into theirs: BrokerPosition) -> Bool {
        ours.averagesTold.contains { divides($0, into: theirs.averagePrice) }
    }

    /// As far as averages are told: in cents mostly.
    private func divides(_ old: Price, into new: Price) -> Bool {
        let exact = Int128(old.units) * Int128(denominator)
        let shown = Int128(new.units) * Int128(numerator)
        let rounding =
            Self.halfStep(of: old) * Int128(denominator) + Self.halfStep(of: new) * Int128(numerator)
        return abs(exact - shown) <= exact * Self.tolerance / 1_000_000 + rounding
    }

    /// Half of the last place that is told.
    private static func halfStep(of price: Price) -> Int128 {
        for step in [Price.scale / 100, Price.scale / 10_000] where price.units % step == 0 { return Int128(step) / 2 }
        return 0
    }

    private static func isSameCost(_ old: (Quantity, Price), _ new: (Quantity, Price)) -> Bool {
        let before = Int128(old.0.units) * Int128(old.1.units)
        let after = Int128(new.0.units) * Int128(new.1.units)
        return abs(before - after) <= abs(before) / 1_000_000 * tolerance
    }

    /// An average price that is told is nearer to that of a new share than to that of an old one.
    /// - Parameter new: what a new share has cost.
    func isAfter(costing new: Price, _ told: Price) -> Bool {
        let old = Int64(clamping: Int128(new.units) * Int128(numerator) / Int128(denominator))
        return old > 0 && told.isPositive && !isPreSplit(told, before: Price(units: old))
    }

    /// Nearer to the price before the split than to what that is for a new share.
    func isPreSplit(_ price: Price, before: Price) -> Bool {
        let most: Int64 = 1 << 55
        guard (1..<most).contains(price.units), (1..<most).contains(before.units) else { return false }
        // The middle of both, as ratios: before x the root of (denominator / numerator).
        let now = Int128(price.units) * Int128(price.units) * Int128(numerator)
        let middle = Int128(before.units) * Int128(before.units) * Int128(denominator)
        return numerator > denominator ? now > middle : now < middle
    }
}

extension BrokerPosition {
    /// Some brokers restate the quantity at once, and the average price a day later: then ours is right.
    /// - Parameters:
    ///   - before: our position before the split; nil where there was none.
    ///   - now: our position, restated.
    func withAverage(of before: PositionRecord?, _ now: PositionRecord?) -> BrokerPosition {
        guard let before, let now,
            abs(averagePrice.units - now.averagePrice.units) > abs(averagePrice.units - before.averagePrice.units)
        else { return self }
        return with(self) { $0.averagePrice = now.averagePrice }
    }
}

extension Int64 {
    fileprivate func clampedProduct(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) * Int128(other)) }
}
