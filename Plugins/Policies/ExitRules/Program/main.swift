import ExitRules
import PluginKit

PolicyMain.run(ExitRulesPolicy.self, name: "exit-rules", version: "1.0.0")
