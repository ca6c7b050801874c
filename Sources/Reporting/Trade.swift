import Trading

/// A round trip: from nothing held to nothing held. Quantities and prices are in shares of its end, whatever was split before.
package struct Trade: Sendable, Encodable {
    package enum Side: String, Sendable, Encodable { case long, short }

    /// From 1, in order of their beginnings.
    package var number: Int
    package var symbol: Symbol
    package var side: Side
    package var openedAt: Timestamp
    /// Nil while something is held.
    package var closedAt: Timestamp?
    /// Bought in all of a long, sold in all of a short.
    package var entered: Quantity
    package var exited: Quantity
    /// Held now, signed.
    package var held: Quantity
    package var entryPrice: Price
    package var exitPrice: Price?
    /// Executions by which it became smaller before the last one.
    package var partialExits: Int
    /// Net of charges, with dividends; of one that is open with what is unrealized.
    package var profit: Money
    package var realized: Money
    package var open: Money
    package var dividends: Money
    package var charges: Money
    /// What would have been lost at the initial stop; nil where none is known.
    package var risk: Money?
    /// Profit in multiples of the risk.
    ///
    /// Source: Tharp, Trade Your Way to Financial Freedom (1998).
    package var profitInR: Figure?
    /// How far a share was above its average price at most, and below it at worst, both 0 or more; of a short the other way round.
    /// By bars and prints since the entry, dividends left out.
    ///
    /// Source: Sweeney, Campaign Trading (1996).
    package var maximumFavorable: Price
    package var maximumAdverse: Price
    package var maximumFavorableInR: Figure?
    package var maximumAdverseInR: Figure?
    package var heldFor: TimeSpan
    package var enteredBy: String
    package var protectedBy: [PluginName]
    /// By parts and targets.
    package var reducedBy: [PluginName]
    package var exitedBy: String?
    /// What the last execution was for.
    package var exitCause: Execution.Cause?

    init(_ trip: RoundTrip, end: Timestamp) throws(NumericError) {
        (number, symbol, openedAt) = (trip.number, trip.symbol, trip.openedAt)
        side = trip.isLong ? .long : .short
        let last = trip.executions.last
        closedAt = trip.isFlat ? last?.at : nil
        (entered, exited, held) = (trip.entered, trip.exited, trip.quantity)
        entryPrice = trip.entered.isZero ? .zero : trip.entryValue.price(of: trip.entered)
        exitPrice = trip.exited.isZero ? nil : trip.exitValue.price(of: trip.exited)
        let exits = trip.executions.count { $0.change.isNegative == trip.isLong }
        partialExits = max(0, exits - (trip.isFlat ? 1 : 0))
        profit = try trip.profit.money()
        realized = try trip.realized.money()
        open = try trip.open.money()
        dividends = try trip.dividends.money()
        charges = try trip.charges.money()
        maximumFavorable = Price(units: trip.favorable)
        maximumAdverse = Price(units: -trip.adverse)
        heldFor = (closedAt ?? max(end, trip.openedAt)) - trip.openedAt
        enteredBy = trip.executions.first.map(\.by) ?? "-"
        (protectedBy, reducedBy) = (trip.protectedBy, trip.reducedBy)
        exitedBy = trip.isFlat ? last?.by : nil
        exitCause = trip.isFlat ? last?.cause : nil
        guard let risk = trip.risk, risk.isPositive else { return }
        self.risk = try risk.money()
        profitInR = Figure(trip.profit.double / risk.double)
        let perShare = Double(risk.price(of: trip.entered).units)
        guard perShare > 0 else { return }
        maximumFavorableInR = Figure(Double(trip.favorable) / perShare)
        maximumAdverseInR = Figure(Double(-trip.adverse) / perShare)
    }
}

extension Execution {
    /// Who is behind it, in a word or two.
    package var by: String {
        switch cause {
        case .external: "other orders"
        case .opening: "held before"
        case .adopted: "broker's figure"
        case .entry, .stop, .target, .reduction: policy?.text ?? "-"
        }
    }
}

/// Shares that were bought and sold again, first in, first out. Of a short the sale is first.
///
/// Source: 26 CFR 1.1012-1(c). Wash sales are not looked for, and dividends change no cost.
package struct TaxLot: Sendable {
    package var symbol: Symbol
    package var quantity: Quantity
    package var isShort: Bool
    package var acquiredAt: Timestamp
    /// Nil: still held.
    package var soldAt: Timestamp?
    /// With its charges.
    package var cost: Money
    /// Less their charges.
    package var proceeds: Money?
    package var gain: Money?
    /// Held for more than a year (26 USC 1222).
    package var isLongTerm: Bool?
}

/// Over or open round trips, as far as they are over.
package struct TradeFigures: Sendable, Encodable {
    package var closed: Int
    package var open: Int
    package var wins: Int
    package var losses: Int
    /// Wins among those that are over.
    package var winRate: Figure?
    package var grossProfit: Money
    package var grossLoss: Money
    /// Gross profit over gross loss.
    ///
    /// Source: Pardo, Design, Testing, and Optimization of Trading Systems (1992).
    package var profitFactor: Figure?
    /// Mean profit of one.
    package var expectancy: Money?
    /// Mean of the profits in R, of those that have an R.
    ///
    /// Source: Tharp, Trade Your Way to Financial Freedom (1998).
    package var expectancyInR: Figure?
    package var withR: Int
    package var averageWin: Money?
    package var averageLoss: Money?
    package var best: Money?
    package var worst: Money?
    package var averageHeld: TimeSpan?
    package var executions: Int
    package var bought: Money
    package var sold: Money
    /// The lesser of purchases and sales over the average equity of days.
    ///
    /// Source: SEC Form N-1A, item 13, portfolio turnover.
    package var turnover: Figure?
}
