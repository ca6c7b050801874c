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
        let working = state.orders.working(record.symbol)
        var (stop, othersStop, target, othersTarget): (Int?, Int?, Int?, Int?) = (nil, nil, nil, nil)
        var (protected, offered) = (Quantity.zero, Quantity.zero)
        var isAny = false
        for index in working.indices
        where working[index].terms.side == record.exitSide && working[index].terms.role != .entry {
            isAny = true
            let (isOurs, type) = (working[index].terms.role != .external, working[index].terms.type)
            if type.isStop {
                if isOurs { stop = stop ?? index } else { othersStop = othersStop ?? index }
                if working[index].status.isExecutable { protected.addClamped(working[index].leavesQuantity) }
            } else if type == .limit, working[index].terms.role != .reduce {
                if isOurs { target = target ?? index } else { othersTarget = othersTarget ?? index }
                offered.addClamped(working[index].leavesQuantity)
            }
        }
        guard isAny else { return nil }
        // Ours first, whoever placed the others.
        (stop, target) = (stop ?? othersStop, target ?? othersTarget)
        var view = ProtectionView(
            stopPrice: stop.flatMap { working[$0].terms.stopPrice },
            stopLimitPrice: stop.flatMap { working[$0].terms.limitPrice }, stopQuantity: protected,
            targetPrice: target.flatMap { working[$0].terms.limitPrice }, targetQuantity: offered)
        view.stopSince = stop.map { working[$0].submittedAt }
        if let stop = view.stopPrice, let price = state.market.price(of: record.symbol), price.isPositive {
            let room = record.isLong ? try price - stop : try stop - price
            view.stopDistance = try room.ratio(to: price)
        }
        return view
    }
}

extension Quantity {
    /// As ``total`` adds.
    fileprivate mutating func addClamped(_ other: Quantity) {
        let (sum, overflow) = units.addingReportingOverflow(other.units)
        self = Quantity(units: overflow ? .max : sum)
    }
}
