import PluginKit
import Regime

PolicyMain.run(RegimePolicy.self, name: "regime", version: "1.0.0")
