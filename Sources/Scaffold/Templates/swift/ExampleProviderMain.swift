import PluginKit

ProviderMain.run(ExampleProvider.self, name: "example-provider", version: "0.1.0")
