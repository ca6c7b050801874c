import PluginKit

PolicyMain.run(RegimePolicy.self, name: "regime", version: "1.0.0")
