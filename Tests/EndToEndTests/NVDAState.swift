import Foundation
import Testing

extension Programs {
    /// Where the plan of the NVDA demonstration ends, to the cent.
    func expectNVDA(_ what: String = "", keeping kept: Int = 144, selling sales: [Int] = [143]) throws {
        let positions = try #require(
            try json(["positions", "--journal", journal]) as? [[String: Any]])
        #expect(positions.count == 1 && positions.first?["quantity"] as? String == "\(kept)", "\(what)")
        let orders = try #require(
            try json(["orders", "--all", "--journal", journal]) as? [[String: Any]])
        func described(_ order: [String: Any]) -> String {
            let terms = order["terms"] as? [String: Any] ?? [:]
            return ["type", "quantity", "stop_price", "limit_price"].compactMap { terms[$0] as? String }.joined(
                separator: " ")
        }
        let working = orders.filter { ["new", "accepted"].contains($0["status"] as? String) }
        #expect(
            working.map(described).sorted() == ["limit \(kept) 194.5", "stop_limit \(kept) 186.23 185.67"], "\(what)")
        #expect(Set(working.compactMap { $0["group_id"] as? String }).count == 1, "\(what)")
        let sold = orders.filter {
            field($0, "terms", "type") as? String == "market" && $0["status"] as? String == "filled"
        }
        #expect(sold.map(described) == sales.map { "market \($0)" }, "\(what)")
        #expect(sold.allSatisfy { $0["average_fill_price"] as? String == "189.08" }, "\(what)")
    }
}
