import Testing

@testable import Reporting

@Suite("Figures of daily returns")
struct FiguresTests {
    /// 20 returns, of which the figures were computed with empyrical-reloaded 0.5.12.
    private let returns = [
        0.01, -0.02, 0.015, 0.003, -0.007, 0.012, 0.0, -0.004, 0.009, 0.021, -0.013, 0.006, -0.001, 0.002, 0.017,
        -0.009, 0.004,
        -0.003, 0.011, -0.005,
    ]

    @Test("few days have no figures")
    func needs() {
        let few = Array(returns.dropLast())
        #expect(Figures.sharpe(few, perYear: 252) == nil && Figures.sortino(few, perYear: 252) == nil)
        #expect(Figures.volatility(few, perYear: 252) == nil && Figures.cagr(returns, perYear: 252) == nil)
        #expect(Figures.calmar(returns, perYear: 252) == nil && Figures.sharpe(returns, perYear: 252) != nil)
    }

    @Test("a year of one return a day: growth by hand")
    func growth() throws {
        let year = Array(repeating: 0.001, count: 504)
        let cagr = try #require(Figures.cagr(year, perYear: 252))
        var yearly = 1.0
        for _ in 0..<252 { yearly *= 1.001 }
        #expect(abs(cagr - (yearly - 1)) < 1e-12)
        // Nothing ever fell: there is no drawdown to divide by, and no spread.
        #expect(Figures.calmar(year, perYear: 252) == nil && Figures.sortino(year, perYear: 252) == nil)
    }

    @Test("drawdown begins with the beginning")
    func drawdown() {
        #expect(abs(Figures.largestDrawdown([-0.1, 0.05]) + 0.1) < 1e-15)
        #expect(abs(Figures.largestDrawdown([0.1, -0.5, 0.2]) + 0.5) < 1e-15)
        #expect(Figures.largestDrawdown([]) == 0)
    }

    @Test("correlation and beta of twice the same")
    func beta() throws {
        let twice = returns.map { $0 * 2 }
        #expect(abs(try #require(Figures.beta(twice, returns)) - 2) < 1e-12)
        #expect(abs(try #require(Figures.correlation(twice, returns)) - 1) < 1e-12)
        #expect(Figures.correlation(returns, returns.map { _ in 0.0 }) == nil)
    }

    @Test("a figure has no exponent and no minus before nothing")
    func text() {
        #expect(Figure(0.00000012345).description == "0.00000012345")
        #expect(Figure.text(-0.001, decimals: 2) == "0.00" && Figure.text(-1.005, decimals: 1) == "-1.0")
        #expect(Figure(Double.nan as Double?) == nil && Figure(-2).description == "-2")
    }
}
