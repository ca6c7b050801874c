import Foundation

/// How sure one is that the best of many tries is no luck.
package enum DeflatedSharpe {
    /// The probability that the true Sharpe ratio of the best try is above zero, given how many were tried (Bailey and López de
    /// Prado, The Deflated Sharpe Ratio, 2014, equations 1 and 2).
    /// - Parameters:
    ///   - returns: of the best try, one for each day; at least 20.
    ///   - sharpes: of all tries, for a day, not for a year; at least 2.
    /// - Returns: 0 to 1; nil where there are too few figures, or they do not vary.
    package static func probability(of returns: [Double], among sharpes: [Double]) -> Double? {
        guard returns.count >= 20, sharpes.count >= 2, let spread = EquityCurve.deviation(sharpes),
            let deviation = EquityCurve.deviation(returns), deviation > 0
        else { return nil }
        let count = Double(returns.count)
        let mean = returns.reduce(0, +) / count
        let sharpe = mean / deviation
        // Moments by the number of figures, as the paper estimates them.
        let scale = (returns.reduce(0) { $0 + pow($1 - mean, 2) } / count).squareRoot()
        let skewness = returns.reduce(0) { $0 + pow(($1 - mean) / scale, 3) } / count
        let kurtosis = returns.reduce(0) { $0 + pow(($1 - mean) / scale, 4) } / count
        let expected = spread * expectedMaximum(of: sharpes.count)
        let variance = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
        guard variance > 0 else { return nil }
        return normal((sharpe - expected) * (count - 1).squareRoot() / variance.squareRoot())
    }

    /// Of so many independent standard normal figures, about the largest.
    static func expectedMaximum(of count: Int) -> Double {
        let euler = 0.577_215_664_901_532_9
        let tries = Double(count)
        return (1 - euler) * quantile(1 - 1 / tries) + euler * quantile(1 - 1 / (tries * M_E))
    }

    /// The standard normal distribution.
    static func normal(_ value: Double) -> Double { 0.5 * erfc(-value / 2.0.squareRoot()) }

    /// Its inverse, by halving: exact to 1e-12, and only asked a few times.
    static func quantile(_ probability: Double) -> Double {
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if normal(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
