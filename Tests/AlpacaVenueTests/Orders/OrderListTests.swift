import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: lists of orders")
struct OrderListTests {
    private func rig() throws -> (Rig, [Alpaca.OrderID]) {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        var ids: [Alpaca.OrderID] = []
        for index in 1...5 {
            ids.append(try rig.place(order("buy", "1", "limit", #""limit_price":"9\#(index)""#)).id)
            try rig.quote("100.00", "100.10")
        }
        return (rig, ids)
    }

    @Test("the newest first, open ones unless something else is asked for, in pages")
    func pages() throws {
        let (rig, ids) = try rig()
        _ = rig.send("DELETE", "/v2/orders/\(ids[2])")
        #expect(try rig.orders("").map(\.id) == [ids[4], ids[3], ids[1], ids[0]])
        #expect(try rig.orders("status=closed").map(\.id) == [ids[2]])
        #expect(try rig.orders("status=all&direction=asc").map(\.id) == ids)
        #expect(try rig.orders("status=all&limit=2").map(\.id) == [ids[4], ids[3]])
        #expect(try rig.orders("status=all&limit=2&before_order_id=\(ids[3])").map(\.id) == [ids[2], ids[1]])
        #expect(
            try rig.orders("status=all&direction=asc&limit=2&after_order_id=\(ids[1])").map(\.id) == [ids[2], ids[3]])
    }

    @Test("times are those of submission, and neither end belongs to the list")
    func times() throws {
        let (rig, ids) = try rig()
        let (first, last) = (try rig.order(ids[1]), try rig.order(ids[3]))
        let (after, until) = (try #require(first.submittedAt), try #require(last.submittedAt))
        #expect(try rig.orders("status=all&after=\(after)&until=\(until)").map(\.id) == [ids[2]])
    }

    @Test("by symbol and side")
    func filters() throws {
        let (rig, ids) = try rig()
        #expect(try rig.orders("symbols=ALFA,BRVO").count == ids.count)
        #expect(try rig.orders("symbols=BRVO").isEmpty)
        #expect(try rig.orders("side=sell").isEmpty)
        #expect(try rig.orders("asset_class=crypto").isEmpty)
    }

    @Test(
        "a query that asks for what there is not",
        arguments: [
            "limit=0", "limit=501", "limit=x", "status=some", "direction=up", "side=hold", "after=yesterday",
            "before_order_id=00000000-0000-4000-8000-000000000000",
            "before_order_id=00000000-0000-4000-8000-000000000000&after=2026-03-16T13:31:00Z", "nested=maybe",
        ])
    func wrong(query: String) throws {
        let (rig, _) = try rig()
        #expect(rig.send("GET", "/v2/orders?\(query)").status == 422)
    }

    @Test("legs stand in their order, or beside it without those that wait")
    func nested() throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"99","# + GroupTests.bracket, tif: "gtc"))
        #expect(try rig.orders("nested=true").map { $0.legs?.count } == [2])
        #expect(try rig.orders("").map(\.id) == [taken.id])
        #expect(try rig.orders("status=all").count == 3)
        try rig.quote("98.90", "99.00")
        // The entry is filled, and its legs keep it in a nested list of open orders.
        #expect(try rig.orders("nested=true").map(\.id) == [taken.id])
        #expect(try rig.orders("").map(\.type) == [.known(.limit)])
        #expect(try rig.orders("").first?.legs == nil)
    }

    @Test("all are canceled at once, and each is answered for")
    func cancelAll() throws {
        let (rig, ids) = try rig()
        let response = rig.send("DELETE", "/v2/orders")
        #expect(response.status == 207)
        let rows = try Alpaca.decode([Alpaca.CanceledOrder].self, from: response.body)
        #expect(Set(rows.map(\.id)) == Set(ids))
        #expect(rows.allSatisfy { $0.status == 200 })
        #expect(try rig.orders("").isEmpty)
    }
}
