import PluginKit

PolicyMain.run(ExamplePolicy.self, name: "example-policy", version: "0.1.0")
