import Emergency
import Entries
import ExitRules
import Hosting
import Node
import PaperAdapter
import PartialProfit
import PlainPaperAdapter
import PortfolioRisk
import Regime
import StopLoss
import TakeProfit
import TapeProvider
import TimeStop
import TradingHours

/// The project's own plugins as a back-test calls them, by the program that each is otherwise.
package enum ShippedPlugins {
    package typealias Maker = @Sendable () -> HostedPlugin

    package static let byProgram: [String: Maker] = [
        "policy-emergency": { .hosting(EmergencyPolicy.self) },
        "policy-entries": { .hosting(EntriesPolicy.self) },
        "policy-exit-rules": { .hosting(ExitRulesPolicy.self) },
        "policy-partial-profit": { .hosting(PartialProfitPolicy.self) },
        "policy-portfolio-risk": { .hosting(PortfolioRiskPolicy.self) },
        "policy-regime": { .hosting(RegimePolicy.self) },
        "policy-stop-loss": { .hosting(StopLossPolicy.self) },
        "policy-take-profit": { .hosting(TakeProfitPolicy.self) },
        "policy-time-stop": { .hosting(TimeStopPolicy.self) },
        "policy-trading-hours": { .hosting(TradingHoursPolicy.self) },
        "broker-paper": { .hosting(PaperAdapter.self) },
        "broker-paper-plain": { .hosting(PlainPaperAdapter.self) },
        "provider-tape": { .hosting(TapeProvider.self) },
    ]
}
