import PluginKit

PolicyMain.run(TradingHoursPolicy.self, name: "trading-hours", version: "1.0.0")
