import PaperAdapter
import PluginKit

BrokerMain.run(PaperAdapter.self, name: "paper", version: "1.0.0")
