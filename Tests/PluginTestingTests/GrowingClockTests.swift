import Testing
import Trading

@testable import PluginKit

/// Both clocks of a machine, set by a test.
private final class TwoClocks {
    var wall: Int64 = 1_000_000_000_000
    var steady: Int64 = 5
    func pass(_ nanoseconds: Int64) {
        wall += nanoseconds
        steady += nanoseconds
    }
}

@Suite("A clock that is set back stops no provider")
struct GrowingClockTests {
    private static let second: Int64 = 1_000_000_000

    @Test("time goes on at the pace of the clock that cannot jump, and follows one that is set ahead")
    func grows() {
        let clocks = TwoClocks()
        var clock = GrowingClock(wall: { clocks.wall }, monotonic: { clocks.steady })
        let begin = clock.now()
        clocks.pass(Self.second)
        clocks.wall -= 3_600 * Self.second
        #expect(clock.now() == begin + .seconds(1))
        clocks.pass(Self.second)
        #expect(clock.now() == begin + .seconds(2))
        clocks.wall += 7_200 * Self.second
        #expect(clock.now() == begin + .seconds(3_602))
    }

    @Test("what it has stamped is moved, what the venue has stamped stays, and what grows by itself is left alone")
    func moves() throws {
        let clocks = TwoClocks()
        var clock = GrowingClock(wall: { clocks.wall }, monotonic: { clocks.steady })
        let last = clock.now()
        clocks.pass(Self.second)
        clocks.wall -= 3_600 * Self.second
        let (own, venue) = (Timestamp(nanoseconds: clocks.wall), last + .seconds(1))
        let symbol = try Symbol("AAA")
        let update = MarketUpdate(
            at: own,
            quotes: [
                Quote(symbol: symbol, last: try Price("1"), at: own),
                Quote(symbol: symbol, last: try Price("2"), at: venue),
            ])
        let moved = clock.moved(update, after: last)
        #expect(moved.at == last + .seconds(1))
        #expect(moved.quotes?.map(\.at) == [last + .seconds(1), venue])
        #expect(clock.moved(moved, after: last) == moved)
        clocks.wall += 3_600 * Self.second
        #expect(
            clock.moved(update, after: last) == update,
            "no clock was set back: time that does not grow is the provider's")
    }
}

@Suite("A broker's rows, one by one")
struct BrokerRowsTests {
    @Test("what cannot be said is left out and named; the others stay")
    func rows() throws {
        var rows = BrokerRows()
        for (symbol, quantity) in [("AAA", "100"), ("brk.b", "5"), ("SHIB", "99999999999999")] {
            rows.addPosition(named: symbol) {
                BrokerPosition(
                    symbol: try Symbol(symbol), quantity: try Quantity(quantity), averagePrice: try Price("1"))
            }
        }
        rows.addOrder(named: "hand 7", symbol: "AAA") { throw SettingsError("no id") }
        let money = try Money("1")
        let account = Account(id: try AccountID("a"), cash: money, equity: money, buyingPower: money)
        let state = rows.state(account: account, at: Timestamp(nanoseconds: 0))
        #expect(state.positions.map(\.symbol.text) == ["AAA"])
        let left = try #require(state.leftOut)
        #expect(left.map(\.name) == ["brk.b", "SHIB", "hand 7"])
        #expect(left.map(\.symbol?.text) == [nil, "SHIB", "AAA"])
        #expect(left[2].list == .openOrders && left[2].clientOrderID == nil)
    }
}
