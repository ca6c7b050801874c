import Entries
import PluginKit

PolicyMain.run(EntriesPolicy.self, name: "entries", version: "1.0.0")
