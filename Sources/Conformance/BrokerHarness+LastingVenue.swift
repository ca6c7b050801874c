import Glibc
import SystemTime
import Trading

/// A venue of its own time: it outlives the checks, and may not know at once what became of a request.
extension BrokerHarness {
    /// What checks before this one have left at a venue that outlives them: their orders are canceled, and what they bought is sold.
    func clear() throws {
        let found = try state()
        let foreign = Set(harness.plugin.guide.foreignOrders ?? [])
        let left = found.openOrders.filter { $0.symbol == symbol && !foreign.contains($0.id.text) }
        for order in left { orders[order.id] = order }
        for id in left.map(\.id) where try known(id).isWorking {
            try carryOut(.cancel(clientOrderID: id))
            try until(id, "cancel of what was left") { $0.isTerminal }
        }
        guard let held = found.positions.first(where: { $0.symbol == symbol })?.quantity, held.isPositive else {
            return
        }
        let sale = atMarket(.sell, held)
        try place(sale)
        try until(sale.clientOrderID, "sale of what was left") { $0 == .filled }
        cleared = Set(executions.keys)
    }

    /// A venue of its own time may not know yet what became of a request, and says so by an error: it is asked again, as long as the
    /// request may arrive.
    func queried(_ id: ClientOrderID) throws -> Reports {
        let patience = harness.plugin.lockstep ? 0 : capabilities.arrivalLimit.wholeMilliseconds
        let deadline = monotonicMilliseconds() + patience + Limits.answerMilliseconds
        while true {
            let words = try ask(.query(clientOrderID: id))
            guard let error = words.error else { return words }
            guard patience > 0, monotonicMilliseconds() < deadline else {
                throw Broken("it answered query with error: \(error)")
            }
            usleep(200_000)
        }
    }
}
