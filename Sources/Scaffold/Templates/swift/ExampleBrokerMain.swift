import PluginKit

BrokerMain.run(ExampleBroker.self, name: "example-broker", version: "0.1.0")
