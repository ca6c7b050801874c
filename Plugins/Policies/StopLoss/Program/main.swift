import PluginKit
import StopLoss

PolicyMain.run(StopLossPolicy.self, name: "stop-loss", version: "1.0.0")
