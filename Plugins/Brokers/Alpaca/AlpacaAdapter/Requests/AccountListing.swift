import AlpacaAPI
import Trading

/// The parts of a `reconcile` as they come in.
struct AccountListing: Sendable {
    var account: Alpaca.Account?
    var positions: Alpaca.Rows<Alpaca.Position>?
    /// Open orders with their legs, of all pages so far.
    var orders: [Alpaca.Order] = []
    var refused: [Alpaca.DecodingError] = []
    var hasAllOrders = false
    /// Orders that are open as far as is known and are not listed: each is asked for.
    var missing: Set<BrokerOrderID> = []

    var isComplete: Bool { account != nil && positions != nil && hasAllOrders && missing.isEmpty }

    /// The venue's ids of all orders and legs that were listed.
    var listed: Set<BrokerOrderID> {
        var ids: Set<BrokerOrderID> = []
        func add(_ order: Alpaca.Order) {
            if let id = order.id.said(as: BrokerOrderID.self) { ids.insert(id) }
            for leg in order.legs ?? [] { add(leg) }
        }
        for order in orders { add(order) }
        return ids
    }

    /// - Returns: nil where the account's figures are not all there.
    func state(of account: AccountID, _ chains: OrderChains, at time: Timestamp) -> BrokerState? {
        guard let figures = self.account, let cash = figures.cash, let equity = figures.equity,
            let power = figures.buyingPower, let positions
        else { return nil }
        var leftOut = positions.refused.map { LeftOutRow(list: .positions, name: "", reason: $0.description) }
        leftOut += refused.map { LeftOutRow(list: .openOrders, name: "", reason: $0.description) }
        var held: [BrokerPosition] = []
        for position in positions.elements {
            if position.assetClass == .known(.usEquity) {
                held.append(
                    BrokerPosition(
                        symbol: position.symbol, quantity: position.quantity, averagePrice: position.averageEntryPrice))
            } else {
                let reason = Unsayable.assetClass(position.assetClass.description).description
                leftOut.append(
                    LeftOutRow(
                        list: .positions, name: position.symbol.text, reason: reason, symbol: position.symbol))
            }
        }
        leftOut += orders.flatMap { Self.leftOut($0, chains) }
        let open = chains.working.filter(\.restsAtVenue).compactMap { chains.listed($0.id) }
        return BrokerState(
            account: Account(
                id: account, currency: figures.currency ?? "USD", cash: cash, equity: equity, buyingPower: power),
            positions: held, openOrders: open, at: time, leftOut: leftOut.isEmpty ? nil : leftOut)
    }

    /// Rows that belong to no order of ours, and cannot be said.
    private static func leftOut(_ row: Alpaca.Order, _ chains: OrderChains) -> [LeftOutRow] {
        var rows = (row.legs ?? []).flatMap { leftOut($0, chains) }
        if let id = row.id.said(as: BrokerOrderID.self), chains.owner(of: id) != nil { return rows }
        guard row.status.known?.isTerminal != true else { return rows }
        var reason = "it is not known whose order it is"
        do throws(Unsayable) {
            _ = try row.externalTerms(as: row.id.said() ?? ClientOrderID(unchecked: "x"))
        } catch {
            reason = error.description
        }
        rows.append(
            LeftOutRow(
                list: .openOrders, name: row.id.text, reason: reason, symbol: row.symbol,
                clientOrderID: row.clientOrderID?.said()))
        return rows
    }
}
