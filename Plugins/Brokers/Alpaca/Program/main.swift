import AlpacaDriver
import PluginKit

// `broker-alpaca doctor` says whether the adapter could do its work.
if CommandLine.arguments.dropFirst() == ["doctor"] {
    DoctorMain.run(AlpacaSettings.self) { examination, tell in try AlpacaDoctor(examination, tell).run() }
}
BrokerMain.run(AlpacaBroker.self, name: "alpaca", version: "1.0.0")
