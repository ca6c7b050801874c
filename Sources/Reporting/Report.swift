import Trading

/// What an account, or a back-test, came to. Money is exact; ratios are for reading.
package struct Report: Sendable, Encodable {
    package var account: AccountID?
    package var currency: String
    /// The first and the last look at the equity.
    package var from: Timestamp
    package var to: Timestamp
    package var cycles: Int64
    package var money: Statement
    package var performance: Performance
    package var exposure: ExposureFigures
    package var trading: TradeFigures
    package var unprotected: UnprotectedFigures
    package var benchmark: BenchmarkFigures?
    package var byPolicy: [PolicyLine]
    package var bySymbol: [SymbolLine]
    package var byMonth: [MonthLine]
    /// Over in that time, or open at its end; by their end.
    package var trades: [Trade]
    /// By day; the first is the beginning.
    package var equity: [EquityRow]
    /// Finer than days, for pictures.
    package var curve: [CurvePoint]
    /// In order of time; those of ``trades`` that came in that time.
    package var executions: [Execution]
    package var taxLots: [TaxLot]
    /// What came and went by no execution, in order of time.
    package var cashEvents: [CashEvent]
    /// ``executions``, and before them those of before of the same round trips.
    var ledgerExecutions: [Execution]

    private enum CodingKeys: String, CodingKey {
        case account, currency, from, to, cycles, money, performance, exposure, trading, unprotected, benchmark
        case byPolicy, bySymbol, byMonth, trades, equity
    }
}

/// Cash that came or went by no execution.
package struct CashEvent: Sendable, Hashable {
    package var at: Timestamp
    /// `deposit`, `dividend` (from its ex-date), ..., `unexplained`.
    package var kind: String
    package var amount: Sum
    package var symbol: Symbol?
    /// Shares were handed out, and no cash was moved.
    var isShares = false
}

/// Where the change of the equity came from. Each is what it did to the account: costs are negative.
package struct Statement: Sendable, Hashable, Encodable {
    package var equityAtStart: Money
    package var equityAtEnd: Money
    /// What executions realized, less their charges.
    package var realized: Money
    /// Change of what is unrealized.
    package var openChange: Money
    package var openAtEnd: Money
    /// Of shares that were held, from their ex-dates.
    package var dividends: Money
    package var interest: Money
    package var fees: Money
    package var taxes: Money
    package var deposits: Money
    package var withdrawals: Money
    /// In or out otherwise: shares that came without cash, money that nobody has explained.
    package var otherPaid: Money
    /// What is left of the change of the equity: prices of the core and of the report that differ, cash that was put right.
    package var unexplained: Money
    /// Change of the equity less what was paid in and out.
    package var profit: Money
    /// Fees and taxes of executions; they are in ``realized``.
    package var charges: Money
}

/// A ratio for a person: 15 decimals at most, and no exponent.
package struct Figure: Sendable, Hashable, Encodable, CustomStringConvertible {
    package let value: Double

    package init(_ value: Double) { self.value = value }

    /// Nil where there is none, and where it is no number.
    package init?(_ value: Double?) {
        guard let value, value.isFinite, abs(value) < 1e20 else { return nil }
        self.value = value
    }

    package var description: String { Self.text(value, decimals: 15, isTrimmed: true) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Rounded half away from zero.
    package static func text(_ value: Double, decimals: Int, isTrimmed: Bool = false) -> String {
        guard value.isFinite, abs(value) < 1e20 else { return "-" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let units = Int128((abs(value) * scale).rounded(.toNearestOrAwayFromZero))
        let (whole, rest) = units.quotientAndRemainder(dividingBy: Int128(scale))
        var fraction = String(rest)
        fraction = String(repeating: "0", count: max(0, decimals - fraction.utf8.count)) + fraction
        if isTrimmed { while fraction.hasSuffix("0") { fraction.removeLast() } }
        let sign = value < 0 && units != 0 ? "-" : ""
        return sign + String(whole) + (decimals == 0 || fraction.isEmpty ? "" : "." + fraction)
    }
}

/// Of the growth of one unit of money, by days in New York. What has too few days is nil.
package struct Performance: Sendable, Encodable {
    /// Daily returns that there are.
    package var days: Int
    /// 252, or 365 where everything is traded round the clock.
    package var daysPerYear: Int
    package var totalReturn: Figure?
    package var cagr: Figure?
    package var volatility: Figure?
    package var sharpe: Figure?
    package var sortino: Figure?
    package var calmar: Figure?
    package var bestDay: Figure?
    package var worstDay: Figure?
    /// By the ends of days.
    package var drawdown: DrawdownFigures?
    /// By every cycle.
    package var drawdownOfCycles: DrawdownFigures?
}

package struct DrawdownFigures: Sendable, Encodable {
    /// Negative, as a share of the peak.
    package var depth: Figure
    package var peakAt: Timestamp
    package var bottomAt: Timestamp
    package var recoveredAt: Timestamp?
    /// From the peak until it was reached again, or the report's end.
    package var lasted: TimeSpan

    init(_ drawdown: Drawdown, end: Timestamp) {
        depth = Figure(drawdown.depth)
        (peakAt, bottomAt, recoveredAt) = (drawdown.peakAt, drawdown.bottomAt, drawdown.recoveredAt)
        lasted = (drawdown.recoveredAt ?? end) - drawdown.peakAt
    }
}

/// Shares of the equity, by cycles.
package struct ExposureFigures: Sendable, Encodable {
    package var average: Figure?
    package var averageNet: Figure?
    package var highest: Figure?
    /// Of the cycles, those in which anything was held.
    package var timeInMarket: Figure?
}

package struct UnprotectedFigures: Sendable, Encodable {
    package var stretches: Int
    package var total: TimeSpan
    package var longest: TimeSpan
    package var symbol: Symbol?
}

/// Bought at the beginning and held, dividends bought in again, no costs.
package struct BenchmarkFigures: Sendable, Encodable {
    package var symbol: Symbol
    package var totalReturn: Figure?
    package var cagr: Figure?
    package var volatility: Figure?
    package var sharpe: Figure?
    package var largestDrawdown: Figure?
    package var correlation: Figure?
    package var beta: Figure?
}

package struct EquityRow: Sendable, Encodable {
    /// `2014-06-09`, in New York.
    package var day: String
    package var at: Timestamp
    package var equity: Money
    /// In, or out where it is negative, since the row before.
    package var paid: Money
    /// Of one unit of money, from 1.
    package var growth: Figure
    /// Nil at the beginning.
    package var dailyReturn: Figure?
    package var drawdown: Figure
    /// Value of what is held, without sign and with it.
    package var grossExposure: Money
    package var netExposure: Money
    package var benchmark: Figure?
}

package struct CurvePoint: Sendable {
    package var at: Timestamp
    package var equity: Double
    package var growth: Double
    package var drawdown: Double
    package var benchmark: Double?
}

package struct MonthLine: Sendable, Encodable {
    /// `2014-06`.
    package var month: String
    package var profit: Money
    package var paid: Money
    package var monthlyReturn: Figure
    /// Round trips that ended in it.
    package var trades: Int
}

package struct SymbolLine: Sendable, Encodable {
    package var symbol: Symbol
    package var trades: Int
    package var wins: Int
    /// Realized, dividends, and the change of what is unrealized.
    package var profit: Money
    package var realized: Money
    package var charges: Money
}

/// What a policy did, and what came of it. Each execution is counted for the one whose wish or level it carried out.
package struct PolicyLine: Sendable, Encodable {
    package struct Part: Sendable, Hashable, Encodable {
        package var count = 0
        package var profit = Money.zero
    }

    /// A policy's name; `core`, `person`; `other orders`, `held before`, `broker's figure` for what nobody here has decided.
    package var name: String
    /// Round trips that it opened, and all that they brought so far.
    package var entered: Part
    /// Executions of its stops, and what these realized.
    package var stops: Part
    package var targets: Part
    package var reductions: Part
    /// Round trips that its stop protected for a while.
    package var protected: Int
}
