import Trading

/// Makes the picture of the whole that policies are given.
struct SnapshotBuilder {
    let state: PortfolioState
    let now: Timestamp

    func build(cycle: Int64, account id: AccountID, tradingState: TradingState) throws(NumericError)
        -> PortfolioSnapshot
    {
        let equity = try state.equity()
        var positions: [PositionView] = []
        var gross: Money = .zero
        for (_, record) in state.positions.inOrder {
            let view = try self.view(record, equity: equity)
            try gross += view.marketValue.magnitude()
            positions.append(view)
        }
        let account = AccountView(
            id: id, currency: state.account?.currency ?? "USD", cash: state.account?.cash ?? .zero, equity: equity,
            buyingPower: state.account?.buyingPower ?? .zero, peakEquity: max(state.peakEquity, equity),
            dayProfit: try equity - (state.dayStartEquity ?? equity), grossExposure: gross)
        return PortfolioSnapshot(
            cycle: cycle, at: now, session: state.market.session, tradingState: tradingState, account: account,
            positions: positions,
            orders: state.orders.allWorking.map(OrderView.init).sorted { $0.clientOrderID < $1.clientOrderID },
            market: state.market.views.inOrder.map(\.value),
            conditions: state.market.conditions.inOrder.map(\.value))
    }

    func view(_ record: PositionRecord, equity: Money) throws(NumericError) -> PositionView {
        let price = state.market.price(record.symbol)
        let value = try state.marketValue(record)
        return PositionView(
            symbol: record.symbol, quantity: record.quantity, averagePrice: record.averagePrice, lastPrice: price,
            marketValue: value, unrealisedProfit: try record.unrealisedProfit(at: price ?? record.averagePrice),
            realisedProfit: record.realisedProfit, initialStop: record.initialStop,
            riskPerShare: record.riskPerShare,
            profitInR: try record.profitInR(at: price ?? record.averagePrice),
            highWaterMark: record.highWaterMark, lowWaterMark: record.lowWaterMark, openedAt: record.openedAt,
            heldFor: now - record.openedAt,
            weight: equity.isPositive ? try value.magnitude().ratio(to: equity) : .zero,
            protection: protection(record), unprotectedSince: record.unprotectedSince,
            rungsTaken: record.rungsTaken)
    }

    private func protection(_ record: PositionRecord) -> ProtectionView? {
        let exits = Exits(of: record, in: state.orders)
        guard !exits.isEmpty else { return nil }
        return ProtectionView(
            stopPrice: exits.stops.first?.terms.stopPrice, stopLimitPrice: exits.stops.first?.terms.limitPrice,
            stopQuantity: exits.protectedQuantity, targetPrice: exits.targets.first?.terms.limitPrice,
            targetQuantity: exits.targets.map(\.leavesQuantity).total)
    }
}

/// The working orders that would close a position, by what they are.
package struct Exits: Sendable {
    package var stops: [Order] = []
    package var targets: [Order] = []
    /// Market exits under way.
    package var reductions: [Order] = []

    package init(of record: PositionRecord, in book: OrderBook) {
        for order in book.working(record.symbol)
        where order.terms.side == record.exitSide && order.terms.role != .entry {
            switch order.terms.type {
            case .stop, .stopLimit, .trailingStop: stops.append(order)
            case .limit: targets.append(order)
            case .market: reductions.append(order)
            }
        }
    }

    package var isEmpty: Bool { stops.isEmpty && targets.isEmpty && reductions.isEmpty }

    /// Shares that a stop at the broker protects now. One that was sent and not confirmed does not count yet; one whose
    /// cancel is not confirmed still does.
    package var protectedQuantity: Quantity {
        let resting = stops.filter { order in
            switch order.status {
            case .pendingNew, .unknown, .held: false
            default: true
            }
        }
        return resting.map(\.leavesQuantity).total
    }
}
