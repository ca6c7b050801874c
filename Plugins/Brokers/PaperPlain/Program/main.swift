import PlainPaperAdapter
import PluginKit

BrokerMain.run(PlainPaperAdapter.self, name: "paper-plain", version: "1.0.0")
