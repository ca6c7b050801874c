import AlpacaAPI
import Trading

extension OrderStore {
    /// `GET /v2/orders`.
    func list(_ query: Alpaca.OrderListQuery) throws(Failure) -> [Alpaca.Order] {
        let limit = query.limit ?? 50
        guard (1...VenueLimits.listedOrders).contains(limit) else {
            throw .invalid("limit must be between 1 and \(VenueLimits.listedOrders)")
        }
        let status = query.status?.known ?? .open
        if case .other(let word)? = query.status { throw .invalid("invalid status: \(word)") }
        if case .other(let word)? = query.direction { throw .invalid("invalid direction: \(word)") }
        if case .other(let word)? = query.side { throw .invalid("invalid side: \(word)") }
        let hasTimes = query.after != nil || query.until != nil
        let hasIDs = query.beforeOrderID != nil || query.afterOrderID != nil
        guard !hasTimes || !hasIDs else {
            throw .invalid("before_order_id and after_order_id cannot be used with after and until")
        }
        let before = try number(query.beforeOrderID)
        let after = try number(query.afterOrderID)
        let isNested = query.isNested ?? false
        var found: [Alpaca.Order] = []
        // An order that is over stands in a nested list as long as a leg of it works.
        let all = status == .open && !isNested ? working : ids
        for id in query.direction?.known == .ascending ? all : all.reversed() {
            guard found.count < limit else { break }
            guard let entry = self[id], matches(entry, query, status, isNested) else { continue }
            if let before, entry.number >= before { continue }
            if let after, entry.number <= after { continue }
            if let order = told(id, nested: isNested) { found.append(order) }
        }
        return found
    }

    private func number(_ id: Alpaca.OrderID?) throws(Failure) -> Int64? {
        guard let id else { return nil }
        guard let entry = self[id] else { throw .invalid("order not found for \(id)") }
        return entry.number
    }

    private func matches(
        _ entry: VenueOrder, _ query: Alpaca.OrderListQuery, _ status: Alpaca.OrderListStatus, _ isNested: Bool
    ) -> Bool {
        let order = entry.order
        // Legs are told inside their order, or beside it; those that wait for it are no open orders then.
        if isNested, entry.parent != nil { return false }
        let isOpen = entry.isWorking || isNested && entry.legs.contains { self[$0]?.isWorking ?? false }
        switch status {
        case .open where !isOpen || !isNested && order.status == .known(.held): return false
        case .closed where isOpen: return false
        case .open, .closed, .all: break
        }
        if let symbol = order.symbol, !query.symbols.elements.isEmpty, !query.symbols.elements.contains(symbol) {
            return false
        }
        if let side = query.side, order.side != side { return false }
        if !query.assetClasses.elements.isEmpty, let kind = order.assetClass,
            !query.assetClasses.elements.contains(kind)
        {
            return false
        }
        if let after = query.after, let at = order.submittedAt, at <= after { return false }
        if let until = query.until, let at = order.submittedAt, at >= until { return false }
        return true
    }
}
