import PartialProfit
import PluginKit

PolicyMain.run(PartialProfitPolicy.self, name: "partial-profit", version: "1.0.0")
