import PluginKit
import TimeStop

PolicyMain.run(TimeStopPolicy.self, name: "time-stop", version: "1.0.0")
