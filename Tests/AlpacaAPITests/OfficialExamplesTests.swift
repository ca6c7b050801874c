import Foundation
import JSON
import Testing

@testable import AlpacaAPI

/// How the answer of an operation is read and written again.
private struct Shape: Sendable {
    let again: @Sendable (JSON) throws -> JSON

    init<Value: Alpaca.Value>(_ type: Value.Type) {
        again = { json in
            let value = try Value.read(json, .exact)
            let written = value.json(.exact)
            #expect(try Value.read(written, .exact) == value, "what is written is read as the same")
            return written
        }
    }
}

private typealias A = Alpaca

/// By method and path, as the documents have them.
private let operations: [String: Shape] = [
    "get /v2/account": Shape(A.Account.self),
    "get /v2/account/configurations": Shape(A.AccountConfiguration.self),
    "patch /v2/account/configurations": Shape(A.AccountConfiguration.self),
    "get /v2/account/activities": Shape([A.Activity].self),
    "get /v2/account/activities/{activity_type}": Shape([A.Activity].self),
    "get /v2/assets": Shape([A.Asset].self), "get /v2/assets/{symbol_or_asset_id}": Shape(A.Asset.self),
    "get /v2/calendar": Shape([A.CalendarDay].self), "get /v2/clock": Shape(A.MarketClock.self),
    "get /v3/calendar/{market}": Shape(A.VenueCalendar.self), "get /v3/clock": Shape(A.VenueClocks.self),
    "delete /v2/orders": Shape([A.CanceledOrder].self), "get /v2/orders": Shape([A.Order].self),
    "post /v2/orders": Shape(A.Order.self), "get /v2/orders/{order_id}": Shape(A.Order.self),
    "patch /v2/orders/{order_id}": Shape(A.Order.self), "get /v2/orders:by_client_order_id": Shape(A.Order.self),
    "delete /v2/positions": Shape([A.ClosedPosition].self), "get /v2/positions": Shape([A.Position].self),
    "delete /v2/positions/{symbol_or_asset_id}": Shape(A.Order.self),
    "get /v2/positions/{symbol_or_asset_id}": Shape(A.Position.self),
    "get /v2beta1/events/activities": Shape([A.ActivityEvent].self),
    "get /v1/corporate-actions": Shape(A.CorporateActionsPage.self),
    "get /v1beta1/events/corporate-actions": Shape([A.CorporateActionEvent].self),
    "get /v1beta3/crypto/{loc}/bars": Shape(A.HistoryPage<A.Bar>.self),
    "get /v1beta3/crypto/{loc}/quotes": Shape(A.HistoryPage<A.Quote>.self),
    "get /v1beta3/crypto/{loc}/trades": Shape(A.HistoryPage<A.Trade>.self),
    "get /v1beta3/crypto/{loc}/latest/bars": Shape(A.Latest<A.Bar>.self),
    "get /v1beta3/crypto/{loc}/latest/quotes": Shape(A.Latest<A.Quote>.self),
    "get /v1beta3/crypto/{loc}/latest/trades": Shape(A.Latest<A.Trade>.self),
    "get /v1beta3/crypto/{loc}/snapshots": Shape(A.CryptoSnapshots.self),
    "get /v2/stocks/bars": Shape(A.HistoryPage<A.Bar>.self),
    "get /v2/stocks/quotes": Shape(A.HistoryPage<A.Quote>.self),
    "get /v2/stocks/trades": Shape(A.HistoryPage<A.Trade>.self),
    "get /v2/stocks/bars/latest": Shape(A.Latest<A.Bar>.self),
    "get /v2/stocks/quotes/latest": Shape(A.Latest<A.Quote>.self),
    "get /v2/stocks/trades/latest": Shape(A.Latest<A.Trade>.self),
    "get /v2/stocks/snapshots": Shape(A.BySymbol<A.Snapshot>.self),
    "get /v2/stocks/{symbol}/bars": Shape(A.HistoryOfOne<A.Bar>.self),
    "get /v2/stocks/{symbol}/quotes": Shape(A.HistoryOfOne<A.Quote>.self),
    "get /v2/stocks/{symbol}/trades": Shape(A.HistoryOfOne<A.Trade>.self),
    "get /v2/stocks/{symbol}/bars/latest": Shape(A.LatestOfOne<A.Bar>.self),
    "get /v2/stocks/{symbol}/quotes/latest": Shape(A.LatestOfOne<A.Quote>.self),
    "get /v2/stocks/{symbol}/trades/latest": Shape(A.LatestOfOne<A.Trade>.self),
    "get /v2/stocks/{symbol}/snapshot": Shape(A.Snapshot.self),
]

/// By name, for the examples that stand with a schema.
private let schemas: [String: Shape] = [
    "Account": Shape(A.Account.self), "AccountConfigurations": Shape(A.AccountConfiguration.self),
    "Assets": Shape(A.Asset.self), "CanceledOrderResponse": Shape(A.CanceledOrder.self),
    "NonTradeActivities": Shape(A.Activity.self), "TradingActivities": Shape(A.Activity.self),
    "Position": Shape(A.Position.self), "PositionClosedResponse": Shape(A.ClosedPosition.self),
    "legacy_clock": Shape(A.MarketClock.self), "OCTActivityV2": Shape(A.BookingDetails.self),
    "OrderStatus": Shape(A.Open<A.OrderStatus>.self), "OrderType": Shape(A.Open<A.OrderType>.self),
    "OrderClass": Shape(A.Open<A.OrderClass>.self), "TimeInForce": Shape(A.Open<A.TimeInForce>.self),
    "stock_bar": Shape(A.Bar.self), "stock_quote": Shape(A.Quote.self), "stock_trade": Shape(A.Trade.self),
    "crypto_bar": Shape(A.Bar.self), "crypto_quote": Shape(A.Quote.self), "crypto_trade": Shape(A.Trade.self),
    "event_id": Shape(A.ULID.self),
    "capital_gains_distribution": Shape(A.CorporateAction.self), "cash_dividend": Shape(A.CorporateAction.self),
    "cash_merger": Shape(A.CorporateAction.self), "forward_split": Shape(A.CorporateAction.self),
    "name_change": Shape(A.CorporateAction.self), "redemption": Shape(A.CorporateAction.self),
    "reverse_split": Shape(A.CorporateAction.self), "rights_distribution": Shape(A.CorporateAction.self),
    "spin_off": Shape(A.CorporateAction.self), "stock_and_cash_merger": Shape(A.CorporateAction.self),
    "stock_dividend": Shape(A.CorporateAction.self), "stock_merger": Shape(A.CorporateAction.self),
    "unit_split": Shape(A.CorporateAction.self), "worthless_removal": Shape(A.CorporateAction.self),
]

/// What this library has no types for, by the beginning of the path.
private let leftOut = [
    "/v1/locates", "/v2/account/portfolio/history", "/v2/corporate_actions/announcements", "/v2/options",
    "/v2/positions/{symbol_or_contract_id}", "/v2/tokenization", "/v2/wallets", "/v2/watchlists",
    "/v1beta1/fixed_income", "/v1beta1/forex", "/v1beta1/logos", "/v1beta1/news", "/v1beta1/options",
    "/v1beta1/screener", "/v1beta3/crypto/{loc}/latest/orderbooks", "/v2/stocks/auctions",
    "/v2/stocks/{symbol}/auctions", "/v2/stocks/meta",
]

@Suite(
    "the examples of the official documents are read and written again",
    .enabled(if: officialDocuments != nil, "../shared/alpaca is absent: skipped"))
struct OfficialExamplesTests {
    private func document(_ name: String) throws -> JSON {
        let data = try Data(contentsOf: URL(filePath: try #require(officialDocuments) + "/" + name))
        return try JSONParser.parse(Array(data), takesExponents: true)
    }

    /// Follows `$ref`, of which the document has no chains without end.
    private func resolved(_ json: JSON, in document: JSON) -> JSON {
        guard case .string(let reference)? = json["$ref"] else { return json }
        let target = reference.dropFirst(2).split(separator: "/").reduce(document) { $0[String($1)] ?? .null }
        return resolved(target["value"] ?? target, in: document)
    }

    private func examples(of content: JSON, in document: JSON) -> [JSON] {
        var found = content["example"].map { [$0] } ?? []
        if case .object(let members)? = content["examples"] {
            found += members.map { resolved($0.value["value"] ?? $0.value, in: document) }
        }
        if case .array(let elements)? = content["examples"] { found += elements }
        return found.map { resolved($0, in: document) }
    }

    private func members(_ json: JSON?) -> [JSON.Member] {
        if case .object(let members)? = json { members } else { [] }
    }

    /// An example of the list stands for one of its elements at some operations.
    private func check(_ example: JSON, _ shape: Shape, _ name: String) throws {
        do {
            let again = try shape.again(example)
            let differences = isSame(example, again)
            #expect(differences.isEmpty, "\(name): \(differences.joined(separator: "; "))")
        } catch let error as Alpaca.DecodingError {
            Issue.record("\(name): \(error) in \(String(decoding: example.bytes.prefix(300), as: UTF8.self))")
        }
    }

    @Test("of every operation that has types here", arguments: ["trading-api.json", "market-data-api.json"])
    func responses(name: String) throws {
        let document = try document(name)
        var count = 0
        for path in members(document["paths"]) {
            for operation in members(path.value) {
                for response in members(operation.value["responses"]) where response.key.hasPrefix("2") {
                    for content in members(resolved(response.value, in: document)["content"]) {
                        for example in examples(of: content.value, in: document) {
                            let call = operation.key + " " + path.key
                            guard let shape = operations[call] else {
                                #expect(leftOut.contains { path.key.hasPrefix($0) }, "\(call) has no types")
                                continue
                            }
                            count += 1
                            // The document has single orders as examples of a list.
                            if call == "get /v2/orders", case .object = example {
                                try check(.array([example]), shape, call)
                            } else {
                                try check(example, shape, call)
                            }
                        }
                    }
                }
            }
        }
        #expect(count >= (name == "trading-api.json" ? 15 : 30), "only \(count) examples were found")
    }

    @Test("of errors: a code where there is one, and the message")
    func errors() throws {
        var count = 0
        for name in ["trading-api.json", "market-data-api.json"] {
            let document = try document(name)
            for path in members(document["paths"]) {
                for operation in members(path.value) {
                    for response in members(operation.value["responses"]) where "45".contains(response.key.prefix(1)) {
                        for content in members(resolved(response.value, in: document)["content"]) {
                            for example in examples(of: content.value, in: document) where example["message"] != nil {
                                count += 1
                                try check(example, Shape(A.ErrorBody.self), "\(path.key) \(response.key)")
                            }
                        }
                    }
                }
            }
        }
        #expect(count >= 10, "only \(count) examples were found")
    }

    @Test("of schemas", arguments: ["trading-api.json", "market-data-api.json"])
    func schemaExamples(name: String) throws {
        let document = try document(name)
        var count = 0
        for schema in members(document["components"]?["schemas"]) {
            guard let shape = schemas[schema.key] else { continue }
            for example in examples(of: schema.value, in: document) {
                count += 1
                try check(example, shape, schema.key)
            }
        }
        #expect(count >= 10, "only \(count) examples were found")
    }

    @Test("every word of the documents' lists is known")
    func words() throws {
        let document = try document("trading-api.json")
        func unknown<Known: Alpaca.Word>(_ schema: String, _ type: Known.Type) throws -> [String] {
            let list = try #require(document["components"]?["schemas"]?[schema]?["enum"], "\(schema)")
            return try [A.Open<Known>].read(list, .exact).compactMap { $0.known == nil ? $0.description : nil }
        }
        #expect(try unknown("OrderStatus", A.OrderStatus.self) == [])
        #expect(try unknown("OrderType", A.OrderType.self) == [])
        #expect(try unknown("OrderClass", A.OrderClass.self) == [])
        #expect(try unknown("TimeInForce", A.TimeInForce.self) == [])
        #expect(try unknown("AccountStatus", A.AccountStatus.self) == [])
        #expect(try unknown("AssetClass", A.AssetClass.self) == [])
        #expect(try unknown("AssetAttribute", A.AssetAttribute.self) == [])
        #expect(try unknown("ActivityType", A.ActivityType.self) == [])
        #expect(try unknown("OrderGroupRole", A.GroupRole.self) == [])
        #expect(try unknown("PositionIntent", A.PositionIntent.self) == [])
    }
}
