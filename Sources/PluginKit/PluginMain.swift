import Glibc
import Trading
import Wire

/// Starts a plugin: finds out where the core is, and talks to it until the end.
package enum PluginMain {
    /// Reads the launch line from standard input; or, when started by hand or on another host, the options and variables of
    /// ``LaunchOptions``.
    package static func run<Plugin: PluginRole>(_ plugin: Plugin, name: String, version: String) -> Never {
        do {
            let options = try LaunchOptions(arguments: CommandLine.arguments, environment: Self.environment)
            let launch: Launch
            if let endpoint = options.endpoint {
                launch = Launch(endpoint: endpoint, name: try PluginName(options.name ?? name), token: "")
            } else {
                launch = try launchFromInput()
            }
            var connection = PluginConnection(
                plugin, launch: launch, options: options, version: version, isChild: options.endpoint == nil)
            exit(try connection.run())
        } catch {
            log("error", "\(name): \(error)")
            exit(2)
        }
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func launchFromInput() throws -> Launch {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw PluginStartError(
                why:
                    "nothing on standard input; the core writes one line there. By hand: --endpoint ipc:///path/to/sockets/ROLE [--name NAME]; from another host see docs/hosts.md"
            )
        }
        return try WireDecoder().decode(Launch.self, from: Array(line.utf8), unknownFields: .ignore)
    }
}

struct PluginStartError: Error, CustomStringConvertible {
    let why: String
    var description: String { why }
}
