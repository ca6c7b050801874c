import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: fills that are told as sums")
struct SumTests {
    private func summed(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        protected {
            $0.capabilities.executions = .cumulative
            change(&$0)
        }
    }

    /// A report of each fill of the stop, as the venue reports it.
    private func fills(_ driver: inout CoreDriver, _ parts: [(Quantity, Price)]) throws -> [Input] {
        let stop = try #require(driver.symbolStop)
        return parts.flatMap { driver.venue.fill(stop.id, $0.0, at: $0.1) }
    }

    @Test(
        "each share is booked once, whatever is lost, told twice or told late",
        arguments: [[0, 1, 2], [0, 0, 1, 1, 2, 2], [0, 1, 0, 2, 1, 0], [2], [2, 1, 0], [1, 2], [0, 2, 2, 1]])
    func once(told: [Int]) throws {
        var driver = summed()
        let reports = try fills(&driver, [(30, "95"), (20, "94"), (10, "93.5")])
        for index in told { driver.send(reports[index]) }
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        driver.expectSound()
    }

    @Test("a lost sum is found by the next one")
    func lost() throws {
        var driver = summed()
        let reports = try fills(&driver, [(30, "95"), (20, "94")])
        driver.send(reports[1])
        #expect(driver.position("ABC")?.quantity == 50)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(driver.venue.stopped("ABC") == 50)
        driver.expectSound()
    }

    @Test("a last sum that was lost is found when the broker is asked", arguments: [60, 100] as [Int64])
    func lastLost(shares: Int64) throws {
        var driver = summed()
        _ = try fills(&driver, [(30, "95"), (Quantity(shares: shares - 30), "94")])
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity ?? .zero == Quantity(shares: 100 - shares))
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(driver.differences.map(\.kind) == [.missedFill])
        driver.expectSound()
    }

    @Test("a sum comes with the word that ends the order: the fill is booked, and the order ends")
    func withTheEnd() throws {
        var driver = summed()
        let stop = try #require(driver.symbolStop)
        _ = driver.venue.fill(stop.id, 40, at: "95")
        driver.venueDoes { venue in
            venue.drop(stop.id).map { word in
                guard case .execution(var report) = word else { return word }
                report.averagePrice = "95"
                return .execution(report)
            }
        }
        #expect(driver.state.portfolio.orders[stop.id]?.status == .canceled)
        #expect(driver.state.portfolio.orders[stop.id]?.filledQuantity == 40)
        #expect(driver.position("ABC")?.quantity == 60)
        driver.wait(.milliseconds(250))
        #expect(driver.venue.stopped("ABC") == 60)
        driver.expectSound()
    }

    @Test(
        "the pieces' prices give the total cost within one rounding unit of an average",
        arguments: [
            [(1, "95.01"), (2, "95.02"), (4, "95.04")], [(33, "94.99"), (33, "95"), (33, "95.01")],
            [(7, "95.12345678"), (11, "94.87654321"), (13, "90.00000001"), (17, "95")],
            (1...50).map { (1, $0 % 3 == 0 ? "95.01" : "94.97") },
        ] as [[(Quantity, Price)]])
    func cost(parts: [(Quantity, Price)]) throws {
        var driver = summed()
        for report in try fills(&driver, parts) { driver.send(report) }
        let sold = Quantity(units: parts.reduce(0) { $0 + $1.0.units })
        #expect(driver.position("ABC")?.quantity.units ?? 0 == 100 * Quantity.scale - sold.units)
        let cash = try #require(driver.state.portfolio.account?.cash)
        let unit = try Price(units: 1).times(sold)
        #expect((cash.units - driver.venue.cash.units).magnitude <= unit.units.magnitude + UInt64(parts.count))
        driver.expectSound()
    }

    @Test(
        "a fill without a sum or without its average is not taken",
        arguments: [(nil, "95"), (0, "95"), (10, nil), (10, "0")] as [(Quantity?, Price?)])
    func defect(sum: Quantity?, average: Price?) throws {
        var driver = summed()
        let stop = try #require(driver.symbolStop)
        driver.send(
            .execution(
                ExecutionReport(
                    clientOrderID: stop.id, event: .partialFill, cumulativeQuantity: sum, averagePrice: average,
                    at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 100)
        let field = sum?.isPositive == true ? "average_price" : "cumulative_quantity"
        #expect(driver.alertReasons.contains(.reportNotTaken(order: stop.id, .fillWithout(field: field))))
        driver.expectSound()
    }
}

extension CoreDriver {
    /// Since the first look at the account.
    var differences: [Discrepancy] {
        records.drop { if case .cycleStarted = $0 { false } else { true } }.compactMap {
            if case .discrepancy(let discrepancy) = $0 { discrepancy } else { nil }
        }
    }
}
