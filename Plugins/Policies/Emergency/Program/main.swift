import Emergency
import PluginKit

PolicyMain.run(EmergencyPolicy.self, name: "emergency", version: "1.0.0")
