import AlpacaAPI
import Foundation
import Simulation
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: what it declares")
struct DeclarationTests {
    @Test("it can be planned with, and nothing is emulated")
    func whole() throws {
        let can = Declaration().capabilities
        #expect(can.defect == nil)
        #expect(can.emulations.isEmpty)
        // A successor asks for as much again: the reserved shares keep it from overselling.
        #expect(can.canMovePrice && can.canShrink)
        #expect(can.replacement == .newID && can.replacementQuantity == .remaining && can.reservesShares)
        #expect(can.ordersPerMinute == 150)
        #expect(!can.replaysEvents)
        let read = try JSONDecoder().decode(BrokerCapabilities.self, from: JSONEncoder().encode(can))
        #expect(read == can)
    }

    @Test("the simulator's Alpaca is declared the same")
    func simulated() { #expect(AlpacaDeclaration.capabilities == Declaration().capabilities) }

    @Test(
        "before and after regular hours stops are taken, a position is left with a limit, and nothing is entered",
        arguments: [SessionPhase.preMarket, .afterHours])
    func extended(session: SessionPhase) {
        let can = Declaration().capabilities
        #expect(!can.sessions.contains(session))
        #expect(can.orderTypes(of: alfa, in: session) == [.limit, .stop, .stopLimit])
        #expect(can.orderTypes(of: alfa, in: .regular) == [.market, .limit, .stop, .stopLimit])
    }

    @Test("parts of a share go at market, where the venue trades parts")
    func parts() throws {
        var declaration = Declaration()
        declaration.assets = [
            try asset("ALFA", #""class":"us_equity","fractionable":true,"tradable":true"#),
            try asset("BRVO", #""class":"us_equity","fractionable":false,"tradable":true"#),
            try asset("BTC/USD", #""class":"crypto","fractionable":true,"tradable":true"#),
        ]
        let can = declaration.capabilities
        let part = Quantity(units: Quantity.scale / 2)
        #expect(can.tradable(part, of: alfa, in: .market) == part)
        #expect(can.tradable(part, of: alfa, in: .stop) == .zero)
        #expect(can.minimumNotional(of: alfa) == .one)
        #expect(can.tradable(part, of: Symbol(unchecked: "BRVO"), in: .market) == .zero)
        #expect(can.minimumNotional(of: Symbol(unchecked: "BRVO")) == nil)
        #expect(can.assets.map(\.symbol) == [alfa])
        #expect(can.defect == nil)
    }

    private func asset(_ symbol: String, _ more: String) throws -> Alpaca.Asset {
        let text = #"{"id":"a","symbol":"\#(symbol)","status":"active",\#(more)}"#
        return try Alpaca.decode(Alpaca.Asset.self, from: Array(text.utf8))
    }
}
