import Orchestration
import Trading
import Wire

/// What a figure of the configuration may be. The ranges are generous: what lies outside is a slip of the pen, or takes a
/// protection away without saying so, and is refused with the range.
package struct FigureRange: Sendable {
    package let place: [String]
    /// `a time`, `a share`.
    private let kind: String
    package let low: String
    package let high: String
    /// What stands in the file; nil when it does not name it.
    private let found: String?
    private let isWithin: Bool
    private var hint = ""

    init<Value: Comparable & CustomStringConvertible>(
        _ place: [String], _ kind: String, _ value: Value?, _ low: Value, _ high: Value
    ) {
        (self.place, self.kind, self.low, self.high) = (place, kind, "\(low)", "\(high)")
        found = value.map { "\($0)" }
        isWithin = value.map { (low...high).contains($0) } ?? true
    }

    init(share place: [String], _ value: Ratio?, _ low: Ratio, _ high: Ratio) {
        self.init(place, "a share", value, low, high)
        hint = value?.wordsIfPercent ?? ""
    }

    /// - Parameters:
    ///   - low: as a person writes it, such as `100ms`.
    ///   - high: likewise.
    init(time place: [String], _ value: Span?, _ low: String, _ high: String) {
        (self.place, kind, self.low, self.high) = (place, "a time", low, high)
        found = value.map { "\($0.value)" }
        isWithin = value.map { (Self.span(low)...Self.span(high)).contains($0.value) } ?? true
    }

    private static func span(_ text: String) -> TimeSpan {
        guard let span = Span(text: text) else { preconditionFailure("\(text) is no time") }
        return span.value
    }

    /// Why it is refused; nil when it is not.
    var defect: (place: [String], why: String)? {
        guard !isWithin, let found else { return nil }
        return (place, "\(kind) from \(low) to \(high), not \(found)\(hint)")
    }
}

extension Configuration {
    /// Of every figure that has one.
    package var ranges: [FigureRange] {
        times + counts + (damping?.ranges ?? DampingEntry.unnamed) + boundRanges + limitRanges
    }

    /// On a tape time goes from bar to bar, at a venue where nobody's money waits.
    private func onTape(_ real: String) -> String { clock == .lockstep ? "31d" : real }

    private var times: [FigureRange] {
        [
            // Policies move stops and see losses in cycles.
            FigureRange(time: ["cycle"], cycle, "50ms", onTape("5m")),
            FigureRange(time: ["policy_budget"], policyBudget, "1ms", clock == .lockstep ? "1h" : "1m"),
            // So long nothing else is done on the symbol.
            FigureRange(time: ["command_timeout"], commandTimeout, "100ms", onTape("5m")),
            FigureRange(time: ["unprotected_limit"], unprotectedLimit, "1s", onTape("15m")),
            // A stop that is executed takes a moment; for never there is `escalate_stops: false`.
            FigureRange(time: ["stop_patience"], stopPatience, "1s", onTape("15m")),
            FigureRange(time: ["advisory_life"], advisoryLife, "1s", "31d"),
            // While a swap waits nothing is sent.
            FigureRange(time: ["swap_drain"], swapDrain, "100ms", "10m"),
            FigureRange(time: ["swap_limit"], swapLimit, "1s", "10m"),
            // Over a weekend.
            FigureRange(time: ["approval_expiry"], approvalExpiry, "1s", "3d"),
            FigureRange(time: ["run", "pace"], run?.pace, "0ms", "1h"),
        ]
    }

    private var counts: [FigureRange] {
        [
            FigureRange(["reconcile_every"], "a number of cycles", reconcileEvery, 1, 1_000),
            FigureRange(["run", "cycles"], "a number of cycles", run?.cycles, 1, .max),
            FigureRange(
                share: ["default_stop"], defaultStop, Ratio(units: 1_000), Ratio(units: 500_000)),
            FigureRange(["dust"], "a value", dust, .zero, Money(units: 10_000 * Money.scale)),
        ]
    }

    private var boundRanges: [FigureRange] {
        let (low, high) = (Ratio(units: 100_000), Ratio(units: 10 * Ratio.scale))
        return [
            FigureRange(["advisory_bounds", "low"], "a factor", advisoryBounds?.low, low, high),
            FigureRange(["advisory_bounds", "high"], "a factor", advisoryBounds?.high, low, high),
        ]
    }

    private var limitRanges: [FigureRange] {
        [
            // A position takes up to three requests to leave: stop, sale, and a stop for the rest.
            FigureRange(
                ["limits", "maximum_orders_per_minute"], "a number", limits?.maximumOrdersPerMinute, 6, 1_000_000),
            FigureRange(
                share: ["limits", "price_collar"], limits?.priceCollar, Ratio(units: 10_000), .one),
            FigureRange(time: ["limits", "maximum_quote_age"], limits?.maximumQuoteAge, "1s", onTape("1h")),
            FigureRange(time: ["limits", "maximum_price_silence"], limits?.maximumPriceSilence, "1s", onTape("1d")),
        ]
    }

    /// The broker's lists are compared with ours every so many cycles: what its reports did not tell is found no later.
    var reconciliationDefect: (place: [String], why: String)? {
        let core = core()
        guard !core.isLockstep else { return nil }
        let most = TimeSpan.seconds(3_600)
        let apart = Int128(core.cyclePeriod.nanoseconds) * Int128(core.reconcileEveryCycles)
        guard apart > Int128(most.nanoseconds) else { return nil }
        let span = TimeSpan(nanoseconds: Int64(clamping: apart))
        return (
            ["reconcile_every"],
            "\(core.reconcileEveryCycles) cycles of \(core.cyclePeriod) are \(span) between two looks at the broker's lists, \(most) is the most: write a smaller `reconcile_every`"
        )
    }
}

extension Configuration.DampingEntry {
    fileprivate static let unnamed = Configuration.DampingEntry().ranges

    fileprivate var ranges: [FigureRange] {
        let half = Ratio(units: 500_000)
        return [
            // Beyond it no stop follows the market any more.
            FigureRange(share: ["damping", "minimum_stop_move"], minimumStopMove, .zero, Ratio(units: 100_000)),
            FigureRange(
                ["damping", "minimum_stop_ticks"], "a number of price increments", minimumStopTicks, 0, 1_000),
            FigureRange(share: ["damping", "minimum_stop_atr"], minimumStopATR, .zero, .one),
            FigureRange(time: ["damping", "partial_cool_down"], partialCoolDown, "0s", "31d"),
            FigureRange(share: ["damping", "minimum_reduction"], minimumReduction, .zero, half),
            FigureRange(time: ["damping", "reentry_cool_down"], reentryCoolDown, "0s", "31d"),
        ]
    }
}
