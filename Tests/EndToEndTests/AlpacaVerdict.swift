import Foundation
import Orchestration
import Trading

/// What is wrong when the journal and the venue's own lists lie side by side after calm.
struct AlpacaVerdict {
    private(set) var offences: [String] = []
    private(set) var executions = 0
    private(set) var orders = 0

    init(_ journal: JournalFacts, _ house: AlpacaHouse) throws {
        let placed = try house.everyOrder()
        let fills = try house.everyFill()
        (executions, orders) = (fills.count, placed.count)
        positions(journal, fills, try house.list("/v2/positions"))
        offences += try house.protectionFaults()
        books(journal, placed)
        submissions(journal, placed)
    }

    private mutating func expect(_ isSo: Bool, _ what: @autoclosure () -> String) {
        if !isSo { offences.append(what()) }
    }

    /// The executions of the venue, the positions there and those in our books are the same, and nothing was ever sold that was not there.
    private mutating func positions(_ journal: JournalFacts, _ fills: [[String: Any]], _ rows: [[String: Any]]) {
        var (sums, lowest): ([String: Double], [String: Double]) = ([:], [:])
        for fill in fills {
            let symbol = fill.text("symbol")
            sums[symbol, default: 0] += fill.text("side") == "buy" ? fill.number("qty") : -fill.number("qty")
            lowest[symbol] = min(lowest[symbol] ?? 0, sums[symbol] ?? 0)
        }
        for (symbol, quantity) in lowest.sorted(by: { $0.key < $1.key }) {
            expect(quantity >= 0, "\(symbol): oversold, \(quantity) at the lowest")
        }
        let theirs = Dictionary(rows.map { ($0.text("symbol"), $0.number("qty")) }, uniquingKeysWith: { $0 + $1 })
        expect(sums.filter { $0.value != 0 } == theirs, "executions \(sums), positions \(theirs)")
        let ours = Dictionary(
            uniqueKeysWithValues: journal.state.portfolio.positions.map {
                ($0.key.text, Double($0.value.quantity.description) ?? .nan)
            })
        expect(ours == theirs, "positions: ours \(ours), the venue's \(theirs)")
        let control = journal.state.control
        expect(control.state == .active, "trading is \(control.state.rawValue): \(control.why)")
        expect(Set(fills.map { $0.text("id") }).count == fills.count, "an execution is listed twice")
    }

    /// What works there is known here, and nothing else.
    private mutating func books(_ journal: JournalFacts, _ placed: [[String: Any]]) {
        let ours = Set(journal.state.portfolio.orders.allWorking.compactMap(\.brokerOrderID?.text))
        let theirs = Set(placed.filter { AlpacaHouse.isOpen($0) }.map { $0.text("id") })
        expect(
            ours == theirs,
            "working orders: only here \(ours.subtracting(theirs)), only there \(theirs.subtracting(ours))")
    }

    /// Nothing came there that is not in the journal, nothing twice, and each execution is booked once.
    private mutating func submissions(_ journal: JournalFacts, _ placed: [[String: Any]]) {
        let commanded = Set(journal.submitted)
        expect(commanded.count == journal.submitted.count, "the journal names an order twice")
        let orders = Dictionary(grouping: placed.filter { $0.text("client_order_id").hasPrefix("bb") }) {
            $0.text("client_order_id")
        }
        for (id, rows) in orders.sorted(by: { $0.key < $1.key }) {
            expect(rows.count == 1, "\(id): \(rows.count) orders at the venue")
        }
        for order in journal.state.portfolio.orders.orders.values.sorted(by: { $0.id < $1.id }) {
            guard let rows = orders[order.id.text], order.terms.role != .external else { continue }
            let theirs = rows.reduce(0) { $0 + $1.number("filled_qty") }
            let ours = Double(order.filledQuantity.description) ?? .nan
            // The stop of a group may have been filled under an id of the venue's.
            let isMoved = rows.contains { $0["replaced_by"] is String }
            expect(ours == theirs || isMoved, "\(order.id): filled \(ours) here, \(theirs) at the venue")
        }
    }
}

extension AlpacaHouse {
    static func isOpen(_ order: [String: Any]) -> Bool {
        ["new", "accepted", "held", "partially_filled", "pending_new", "pending_replace", "pending_cancel"].contains(
            order.text("status"))
    }

    /// Of all times, with legs.
    func everyOrder() throws -> [[String: Any]] {
        var (orders, last): ([[String: Any]], String?) = ([], nil)
        while true {
            let after = last.map { "&after_order_id=\($0)" } ?? ""
            let page = try list("/v2/orders?status=all&limit=500&direction=asc\(after)")
            orders += page
            guard page.count == 500, let id = page.last?["id"] as? String else { return orders }
            last = id
        }
    }

    func everyFill() throws -> [[String: Any]] {
        var (fills, last): ([[String: Any]], String?) = ([], nil)
        while true {
            let after = last.map { "&page_token=\($0)" } ?? ""
            let page = try list("/v2/account/activities/FILL?direction=asc&page_size=100\(after)")
            fills += page
            guard page.count == 100, let id = page.last?["id"] as? String else { return fills }
            last = id
        }
    }

    /// Each position has one stop, over all of it; what is not so, in words.
    func protectionFaults() throws -> [String] {
        let orders = try everyOrder().filter { Self.isOpen($0) && $0.text("side") == "sell" }
        return try list("/v2/positions").compactMap { position in
            let (symbol, quantity) = (position.text("symbol"), position.number("qty"))
            let stops = orders.filter { $0.text("symbol") == symbol && $0.text("type").hasPrefix("stop") }
            let covered = stops.map { $0.number("qty") - $0.number("filled_qty") }
            return covered == [quantity] ? nil : "\(symbol): \(quantity) held, \(covered) under stops"
        }
    }
}

extension [String: Any] {
    func text(_ key: String) -> String { self[key] as? String ?? "" }
    func number(_ key: String) -> Double { (self[key] as? String).flatMap(Double.init) ?? 0 }
}
