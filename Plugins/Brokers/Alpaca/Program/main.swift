import AlpacaDriver
import PluginKit

BrokerMain.run(AlpacaBroker.self, name: "alpaca", version: "1.0.0")
