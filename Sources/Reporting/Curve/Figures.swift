import Foundation

/// Figures of daily returns, each with the source of its formula. The same conventions as `empyrical`, by which `scripts/check-report` checks
/// them: simple daily returns, 252 days a year, a risk-free rate of zero.
package enum Figures {
    /// What a figure needs to mean anything.
    package enum Needs {
        /// Daily returns for a dispersion: volatility, Sharpe, Sortino.
        package static let dispersion = 20
        /// Returns of less than a year are not made yearly ones (CFA Institute, GIPS 2020 for firms): CAGR, Calmar.
        package static let year = 252
    }

    /// Compound annual growth rate: `(1 + total) ^ (days a year / days) - 1`.
    ///
    /// Source: the geometric mean return (Bodie, Kane, Marcus, Investments, chapter 5).
    package static func cagr(_ returns: [Double], perYear: Double) -> Double? {
        guard returns.count >= Needs.year else { return nil }
        let total = returns.reduce(1) { $0 * (1 + $1) }
        return total > 0 ? pow(total, perYear / Double(returns.count)) - 1 : nil
    }

    /// Standard deviation of the sample of daily returns (n - 1), times the root of the days in a year.
    ///
    /// Source: RiskMetrics Technical Document (J.P. Morgan 1996), square root of time.
    package static func volatility(_ returns: [Double], perYear: Double) -> Double? {
        guard returns.count >= Needs.dispersion else { return nil }
        return deviation(returns) * perYear.squareRoot()
    }

    /// Mean of the daily returns over their standard deviation, times the root of the days in a year; the risk-free rate is zero.
    ///
    /// Source: Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994).
    package static func sharpe(_ returns: [Double], perYear: Double) -> Double? {
        guard returns.count >= Needs.dispersion else { return nil }
        let spread = deviation(returns)
        return spread > 0 ? mean(returns) / spread * perYear.squareRoot() : nil
    }

    /// Mean of the daily returns times the days in a year, over the yearly downside deviation about zero, of all days.
    ///
    /// Source: Sortino and Price, Performance Measurement in a Downside Risk Framework, Journal of Investing 3 (1994).
    package static func sortino(_ returns: [Double], perYear: Double) -> Double? {
        guard returns.count >= Needs.dispersion else { return nil }
        let squares = returns.reduce(0) { $0 + min($1, 0) * min($1, 0) }
        let downside = (squares / Double(returns.count)).squareRoot() * perYear.squareRoot()
        return downside > 0 ? mean(returns) * perYear / downside : nil
    }

    /// The yearly growth over the largest drawdown of days.
    ///
    /// Source: Young, Calmar Ratio: A Smoother Tool, Futures 20 (1991); over the whole time instead of 36 months, as MAR does.
    package static func calmar(_ returns: [Double], perYear: Double) -> Double? {
        let deepest = largestDrawdown(returns)
        guard deepest < 0, let growth = cagr(returns, perYear: perYear) else { return nil }
        return growth / -deepest
    }

    /// The largest fall of the growth from its peak before, the beginning included: zero or negative.
    ///
    /// Source: Magdon-Ismail and Atiya, Maximum Drawdown, Risk 17 (2004).
    package static func largestDrawdown(_ returns: [Double]) -> Double {
        var (growth, peak, deepest) = (1.0, 1.0, 0.0)
        for daily in returns {
            growth *= 1 + daily
            peak = max(peak, growth)
            if peak > 0 { deepest = min(deepest, growth / peak - 1) }
        }
        return deepest
    }

    /// Pearson's correlation of two series of daily returns.
    package static func correlation(_ one: [Double], _ other: [Double]) -> Double? {
        guard one.count == other.count, one.count >= Needs.dispersion else { return nil }
        let (first, second) = (mean(one), mean(other))
        var (both, left, right) = (0.0, 0.0, 0.0)
        for (x, y) in zip(one, other) {
            both += (x - first) * (y - second)
            left += (x - first) * (x - first)
            right += (y - second) * (y - second)
        }
        return left > 0 && right > 0 ? both / (left * right).squareRoot() : nil
    }

    /// By how much the account moves with the benchmark: covariance over the benchmark's variance.
    ///
    /// Source: Sharpe, Capital Asset Prices, Journal of Finance 19 (1964).
    package static func beta(_ returns: [Double], _ benchmark: [Double]) -> Double? {
        guard let correlation = correlation(returns, benchmark) else { return nil }
        return correlation * deviation(returns) / deviation(benchmark)
    }

    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// Of a sample: n - 1.
    static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let middle = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
