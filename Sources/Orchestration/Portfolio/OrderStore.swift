import Trading

/// Every order that the core knows: the working ones by symbol, and the newest finished ones for late reports.
package struct OrderStore: Sendable, Hashable, Codable {
    package private(set) var orders: [ClientOrderID: Order] = [:]
    /// Not over, in the order of their placing.
    private var workingIDs: [Symbol: [ClientOrderID]] = [:]
    private var finished: [ClientOrderID] = []
    /// Booked executions by order: the memory that books each one once.
    private var executions: [ClientOrderID: [BookedExecution]] = [:]
    /// The orders themselves that are not over, in the order of their placing.
    private var workingOrders = Derived<[Symbol: WorkingOrders]>([:])
    /// Known orders of each group.
    private var groups = Derived<[OrderGroupID: [ClientOrderID]]>([:])
    private var stamps = Derived(Stamps())
    /// Of the last change of any order that works.
    private var newestStamp = Derived<UInt64>(0)

    private enum CodingKeys: CodingKey { case orders, workingIDs, finished, executions }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        orders = try keys.decode([ClientOrderID: Order].self, forKey: .orders)
        workingIDs = try keys.decode([Symbol: [ClientOrderID]].self, forKey: .workingIDs)
        finished = try keys.decode([ClientOrderID].self, forKey: .finished)
        executions = try keys.decode([ClientOrderID: [BookedExecution]].self, forKey: .executions)
        for symbol in workingIDs.keys { lookUpWorking(symbol) }
        for order in orders.values { noteGroup(of: order, before: nil) }
    }

    private mutating func noteGroup(of order: Order, before: OrderGroupID?) {
        guard before != order.groupID else { return }
        leaveGroup(before, order.id)
        if let group = order.groupID { groups.value[group, default: []].append(order.id) }
    }

    private mutating func leaveGroup(_ group: OrderGroupID?, _ id: ClientOrderID) {
        guard let group else { return }
        groups.value[group]?.removeAll { $0 == id }
        if groups.value[group]?.isEmpty == true { groups.value[group] = nil }
    }

    /// Orders of a group, those that are over too as far as they are remembered; in no order.
    func members(of group: OrderGroupID) -> [Order] { (groups.value[group] ?? []).compactMap { orders[$0] } }

    /// Something of the orders of this symbol has changed.
    private mutating func lookUpWorking(_ symbol: Symbol) {
        newestStamp.value = stamps.value.next()
        workingOrders.value[symbol] = workingIDs[symbol].map { ids in
            WorkingOrders(orders: ids.compactMap { orders[$0] }, stamp: newestStamp.value)
        }
    }

    private struct WorkingOrders: Sendable {
        var orders: [Order]
        /// Of their last change.
        var stamp: UInt64
    }

    /// Another one after every change of an order that works.
    var stamp: UInt64 { newestStamp.value }

    /// Another one after every change of an order of the symbol that works; 0 for none.
    func stamp(of symbol: Symbol) -> UInt64 { workingOrders.value[symbol]?.stamp ?? 0 }

    package subscript(id: ClientOrderID) -> Order? { orders[id] }

    func isKnown(_ id: ClientOrderID) -> Bool { orders[id] != nil }

    package func working(_ symbol: Symbol) -> [Order] { workingOrders.value[symbol]?.orders ?? [] }

    /// Every order that is not over, by symbol and then by placing.
    package var allWorking: [Order] {
        symbols.flatMap(working)
    }

    /// In which something works.
    var symbols: [Symbol] { workingIDs.keys.sorted() }

    package var workingCount: Int { workingIDs.values.reduce(0) { $0 + $1.count } }

    mutating func put(_ order: Order) {
        let before = orders.updateValue(order, forKey: order.id)
        noteGroup(of: order, before: before?.groupID)
        defer {
            lookUpWorking(order.symbol)
            if let before, before.symbol != order.symbol { lookUpWorking(before.symbol) }
        }
        if before == nil || before?.isWorking == false, order.isWorking {
            if before != nil { finished.removeAll { $0 == order.id } }
            workingIDs[order.symbol, default: []].append(order.id)
        } else if before == nil || before?.isWorking == true, !order.isWorking {
            workingIDs[order.symbol]?.removeAll { $0 == order.id }
            if workingIDs[order.symbol]?.isEmpty == true { workingIDs[order.symbol] = nil }
            finished.append(order.id)
            dropOldest()
        }
    }

    private mutating func dropOldest() {
        guard finished.count > CoreLimits.finishedOrders else { return }
        for id in finished.prefix(finished.count - CoreLimits.finishedOrders) {
            leaveGroup(orders[id]?.groupID, id)
            orders[id] = nil
            executions[id] = nil
        }
        finished.removeFirst(finished.count - CoreLimits.finishedOrders)
    }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        for id in orders.keys {
            guard let updated = orders[id]?.updatedAt else { continue }
            orders[id]?.updatedAt = min(updated + span, now)
        }
        for symbol in workingIDs.keys { lookUpWorking(symbol) }
    }

    /// The newest orders that are over, oldest first.
    func newestFinished(_ count: Int) -> [Order] { finished.suffix(count).compactMap { orders[$0] } }

    /// Orders of a symbol that are over, as far as they are remembered; oldest first.
    func finished(_ symbol: Symbol) -> [ClientOrderID] { finished.filter { orders[$0]?.symbol == symbol } }

    func isBooked(_ execution: ExecutionID, of order: ClientOrderID) -> Bool {
        executions[order]?.contains { $0.id == execution } ?? false
    }

    /// What an execution did when it was booked; nil for one that is not known, came with the position, or was taken back.
    func figures(of execution: ExecutionID, in order: ClientOrderID) -> BookedExecution.Figures? {
        executions[order]?.first { $0.id == execution }?.figures
    }

    /// Another program's or a person's order is handed over: it is ours from now on, for what it does.
    /// - Returns: whether it works and was somebody else's.
    mutating func takeOver(_ id: ClientOrderID, as role: OrderRole) -> Bool {
        guard let order = orders[id], order.isWorking, order.terms.role == .external else { return false }
        orders[id]?.terms.role = role
        lookUpWorking(order.symbol)
        return true
    }

    mutating func markBooked(_ execution: ExecutionID, of order: ClientOrderID) {
        guard !isBooked(execution, of: order) else { return }
        executions[order, default: []].append(BookedExecution(id: execution))
    }

    /// The correction was told before: the first does not count any more, and what is in its place is booked.
    func isCarriedOut(_ correction: ExecutionCorrection) -> Bool {
        let (first, order) = (correction.executionID, correction.clientOrderID)
        guard let corrected = correction.corrected else {
            return isBooked(first, of: order) && figures(of: first, in: order) == nil
        }
        guard corrected.executionID == first else {
            return figures(of: first, in: order) == nil && isBooked(corrected.executionID, of: order)
        }
        let now = figures(of: first, in: order)
        return now?.quantity == corrected.quantity && now?.price == corrected.price
    }

    /// What a booked execution did; nil when it is taken back.
    mutating func note(_ figures: BookedExecution.Figures?, of execution: ExecutionID, in order: ClientOrderID) {
        markBooked(execution, of: order)
        guard let place = executions[order]?.firstIndex(where: { $0.id == execution }) else { return }
        executions[order]?[place].figures = figures
    }
}

extension OrderStore {
    /// Shares of a symbol that working orders of one side may still take. What cannot both take them counts once, by its
    /// larger part: the legs of an OCO or bracket, an order and its successor. Orders in flight count in full.
    package func openExitQuantity(_ symbol: Symbol, side: Side) -> Quantity {
        openExitQuantity(symbol, side: side, where: { _ in true })
    }

    /// Shares of a position that other people's orders may still sell, or buy back.
    package func externalClaim(on record: PositionRecord) -> Quantity {
        openExitQuantity(record.symbol, side: record.exitSide) { $0.terms.role == .external }
    }

    /// Shares that other people's orders of each side may still take; a side without any is left out.
    func claimedByOthers(_ symbol: Symbol) -> [Side: Quantity] {
        var claims: [Side: Quantity] = [:]
        for side in Side.allCases {
            let claim = openExitQuantity(symbol, side: side) { $0.terms.role == .external }
            if claim.isPositive { claims[side] = claim }
        }
        return claims
    }

    /// The same of some of them.
    func openExitQuantity(_ symbol: Symbol, side: Side, where isCounted: (Order) -> Bool) -> Quantity {
        var groups: [(id: String, leaves: Quantity)] = []
        var single: [Quantity] = []
        let all = working(symbol)
        guard all.contains(where: { $0.terms.side == side && isCounted($0) }) else { return .zero }
        // A held leg takes nothing until its entry has brought the shares; from then on it may be awake already.
        let entering = Set(all.filter { $0.terms.role == .entry }.compactMap(\.groupID))
        for order in all where order.terms.side == side && isCounted(order) {
            if order.status == .held, let group = order.groupID, entering.contains(group) { continue }
            let leaves = order.leavesQuantity
            let replaced = order.replacesOrder.flatMap { orders[$0]?.isWorking == true ? $0 : nil }
            let isReplaced = all.contains { $0.replacesOrder == order.id }
            guard let group = order.groupID?.text ?? replaced?.text ?? (isReplaced ? order.id.text : nil) else {
                single.append(leaves)
                continue
            }
            if let index = groups.firstIndex(where: { $0.id == group }) {
                groups[index].leaves = max(groups[index].leaves, leaves)
            } else {
                groups.append((group, leaves))
            }
        }
        return (single + groups.map(\.leaves)).total
    }
}
