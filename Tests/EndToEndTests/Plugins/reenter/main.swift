import PluginKit

PolicyMain.run(ReenterPolicy.self, name: "reenter", version: "1.0.0")
