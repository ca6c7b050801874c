import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: corporate actions that are announced")
struct CorporateActionTests {
    private func rig() throws -> Rig {
        let brvo = Symbol(unchecked: "BRVO")
        func action(_ symbol: Symbol, _ day: String, _ kind: CorporateAction.Kind) -> CorporateAction {
            CorporateAction(id: "\(symbol) \(day)", symbol: symbol, kind: kind, effectiveAt: time(day + "T08:00:00Z"))
        }
        return try Rig {
            $0.corporateActions = [
                action(alfa, "2026-03-18", .split(numerator: 4, denominator: 1)),
                action(brvo, "2026-03-17", .split(numerator: 1, denominator: 20)),
                action(alfa, "2026-03-16", .dividend(amount: Price(units: 47_000_000))),
            ]
        }
    }

    private func page(_ rig: Rig, _ query: String) throws -> Alpaca.CorporateActionsPage {
        let response = rig.send("GET", "/v1/corporate-actions?\(query)")
        try #require(response.status == 200, "\(response.text)")
        return try Alpaca.decode(Alpaca.CorporateActionsPage.self, from: response.body)
    }

    @Test("those of today where nothing else is asked for; by days, symbols and types")
    func filters() throws {
        let rig = try rig()
        #expect(try page(rig, "").byKind[.cashDividend]?.elements.map(\.rate?.description) == ["0.47"])
        let week = try page(rig, "start=2026-03-16&end=2026-03-20")
        #expect(week.byKind.count == 3)
        let split = try #require(week.byKind[.forwardSplit]?.elements.first)
        #expect(split.newRate?.description == "4")
        #expect(split.oldRate?.description == "1")
        #expect(split.exDate?.description == "2026-03-18")
        #expect(week.byKind[.reverseSplit]?.elements.first?.oldRate?.description == "20")
        #expect(try page(rig, "start=2026-03-16&end=2026-03-20&symbols=BRVO").byKind.count == 1)
        #expect(try page(rig, "start=2026-03-16&end=2026-03-20&types=cash_dividend").byKind.count == 1)
        #expect(try page(rig, "start=2026-03-16&end=2026-03-20&region=non_us").byKind.isEmpty)
        #expect(try page(rig, "ids=\(split.id)").byKind.count == 1)
    }

    @Test("pages join, and what is none is 400")
    func pages() throws {
        let rig = try rig()
        let query = "start=2026-03-16&end=2026-03-20&limit=2"
        let first = try page(rig, query)
        let token = try #require(first.nextPageToken)
        let second = try page(rig, query + "&page_token=\(token)")
        #expect(second.byKind.keys.sorted { $0.rawValue < $1.rawValue } == [.forwardSplit])
        #expect(second.nextPageToken == nil)
        for wrong in ["limit=0", "limit=1001", "types=miracle", "sort=up", "page_token=x", "start=soon", "region=mars"]
        {
            #expect(rig.send("GET", "/v1/corporate-actions?\(wrong)").status == 400, "\(wrong)")
        }
    }
}
