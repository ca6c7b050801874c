import PluginKit
import TakeProfit

PolicyMain.run(TakeProfitPolicy.self, name: "take-profit", version: "1.0.0")
