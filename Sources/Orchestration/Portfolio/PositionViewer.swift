import Trading

/// Makes the view of one position that a snapshot has.
struct PositionViewer {
    let state: MarkedPortfolio
    let now: Timestamp
    let sectors: [Symbol: String]
    var capabilities: BrokerCapabilities?

    func view(_ record: PositionRecord, equity: Money) throws(NumericError) -> PositionView {
        let price = state.market.price(of: record.symbol)
        let value = try state.marketValue(record)
        var view = PositionView(
            symbol: record.symbol, quantity: record.quantity, averagePrice: record.averagePrice, lastPrice: price,
            marketValue: value, unrealizedProfit: try record.unrealizedProfit(at: price ?? record.averagePrice),
            realizedProfit: record.realizedProfit, initialStop: record.initialStop,
            riskPerShare: record.riskPerShare,
            profitInR: try record.profitInR(at: price ?? record.averagePrice),
            highWaterMark: record.highWaterMark, lowWaterMark: record.lowWaterMark, openedAt: record.openedAt,
            heldFor: now - record.openedAt,
            weight: try value.magnitude().weight(of: equity),
            protection: try protection(record), unprotectedSince: record.unprotectedSince,
            rungsTaken: record.rungsTaken)
        view.realizedInR = try record.realizedInR()
        view.lastPartialAt = record.lastPartialAt
        view.sector = sectors[record.symbol]
        let grid = capabilities?.priceIncrement(of: record.symbol) ?? .usEquity
        if grid != .usEquity { view.priceIncrement = grid }
        if record.isAdopted { (view.isAdopted, view.adoptedPrice) = (true, record.adoptedPrice) }
        return view
    }

    private func protection(_ record: PositionRecord) throws(NumericError) -> ProtectionView? {
        let exits = Exits(of: record, in: state.orders)
        guard !exits.isEmpty else { return nil }
        var view = ProtectionView(
            stopPrice: exits.allStops.first?.terms.stopPrice, stopLimitPrice: exits.allStops.first?.terms.limitPrice,
            stopQuantity: exits.protectedQuantity, targetPrice: exits.allTargets.first?.terms.limitPrice,
            targetQuantity: exits.allTargets.map(\.leavesQuantity).total)
        view.stopSince = exits.allStops.first?.submittedAt
        if let stop = view.stopPrice, let price = state.market.price(of: record.symbol), price.isPositive {
            let room = record.isLong ? try price - stop : try stop - price
            view.stopDistance = try room.ratio(to: price)
        }
        return view
    }
}
