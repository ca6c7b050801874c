import EnterAgain
import PluginKit

PolicyMain.run(EnterAgainPolicy.self, name: "enter-again", version: "1.0.0")
