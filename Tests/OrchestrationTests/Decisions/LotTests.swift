import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A limit on a sum sells no more lots than bring the sum within it")
struct LotTests {
    private static let risk = PluginName("portfolio-risk")

    private func sold(
        _ holdings: [(quantity: Quantity, price: Price)], cash: Money, to weight: Ratio,
        _ rule: ExposureAdvice.Rule = .proportional, symbols: [Int]? = nil
    ) -> [Quantity] {
        var venue = FakeVenue(cash: cash)
        let names = holdings.indices.map { Symbol(stringLiteral: "S\($0)") }
        for (name, holding) in zip(names, holdings) {
            venue.hold(name, holding.quantity, at: holding.price)
            venue.quote(name, holding.price, holding.price)
        }
        var driver = CoreDriver(venue: venue)
        driver.start([Self.risk])
        for (name, holding) in zip(names, holdings) { driver.quote(name, holding.price, holding.price) }
        let scope = symbols.map { $0.map { names[$0] } }
        driver.recommend([
            Self.risk.says(
                .reduceExposure(ExposureAdvice(grossWeight: weight, rule: rule, symbols: scope)), on: nil)
        ])
        driver.connect()
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.violations == [])
        return zip(names, holdings).map { name, holding in
            Quantity(units: abs(holding.quantity.units) - abs(driver.venue.held(name).units))
        }
    }

    @Test("ten positions of one share: one is sold, and not all", arguments: ExposureAdvice.Rule.allCases)
    func shares(rule: ExposureAdvice.Rule) {
        let quantities = sold(Array(repeating: ("1", "500"), count: 10), cash: "100", to: "0.97", rule)
        #expect(quantities.reduce(0) { $0 + $1.units } == Quantity.scale)
    }

    @Test("shorts count like longs, and a sector by itself")
    func shortsAndSectors() {
        let shorts = sold(Array(repeating: ("-1", "500"), count: 10), cash: "10100", to: "0.97")
        #expect(shorts.reduce(0) { $0 + $1.units } == Quantity.scale)
        let sector = sold(Array(repeating: ("3", "100"), count: 4), cash: "8800", to: "0.055", symbols: [0, 1])
        #expect(sector.prefix(2).reduce(0) { $0 + $1.units } == Quantity.scale)
        #expect(Array(sector.suffix(2)) == [.zero, .zero])
    }

    @Test("the sum is within the limit afterwards, and one lot more would not be", arguments: 0..<40)
    func within(seed: Int64) {
        var holdings: [(quantity: Quantity, price: Price)] = []
        var (total, next) = (Int64(0), seed &* 7_919 &+ 13)
        func number(_ most: Int64) -> Int64 {
            next = (next &* 1_103_515_245 &+ 12_345) & 0x7fff_ffff
            return 1 + next / 7 % most
        }
        for _ in 0..<number(6) + 1 {
            let (shares, price) = (number(9), number(400))
            total += shares * price
            holdings.append((Quantity(shares: shares), Price(units: price * Price.scale)))
        }
        let weight = Ratio(units: (30 + number(60)) * Ratio.scale / 100)
        let left = zip(holdings, sold(holdings, cash: "0", to: weight)).reduce(Int64(0)) { sum, item in
            sum + (item.0.quantity.units - item.1.units) / Quantity.scale * (item.0.price.units / Price.scale)
        }
        #expect(left * Ratio.scale <= total * weight.units)
    }
}
