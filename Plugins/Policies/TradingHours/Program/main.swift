import PluginKit
import TradingHours

PolicyMain.run(TradingHoursPolicy.self, name: "trading-hours", version: "1.0.0")
