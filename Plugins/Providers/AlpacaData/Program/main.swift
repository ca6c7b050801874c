import AlpacaDataProvider
import PluginKit

ProviderMain.run(AlpacaDataProvider.self, name: "alpaca-data", version: "1.0.0")
