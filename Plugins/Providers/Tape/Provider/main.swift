import PluginKit

ProviderMain.run(TapeProvider.self, name: "tape", version: "1.0.0")
