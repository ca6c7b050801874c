import JSON
import Supervision
import Trading
import Wire

/// A plugin that the configuration names.
package struct PluginSpec {
    package var name: PluginName
    package var role: Role
    package var settings: JSON
    /// How to start it; nil for one that is started elsewhere and dials in.
    package var program: PluginProgram?
    /// Nobody has named it: it is in a folder that is adopted, and nothing that it sends ends a run.
    package var isAdopted = false

    package init(name: PluginName, role: Role, settings: JSON, program: PluginProgram?) {
        self.name = name
        self.role = role
        self.settings = settings
        self.program = program
    }
}

package struct PluginProgram: Hashable {
    package var executable: String
    package var arguments: [String]
    package var directory: String
    /// Variables of the core's environment that it is given beside the few that every plugin has.
    package var environment: [String] = []
    package var limits: ProcessLimits
    package init(executable: String, arguments: [String], directory: String, limits: ProcessLimits = ProcessLimits()) {
        self.limits = limits
        self.executable = executable
        self.arguments = arguments
        self.directory = directory
    }
}
