import PluginKit
import TapeProvider

ProviderMain.run(TapeProvider.self, name: "tape", version: "1.0.0")
