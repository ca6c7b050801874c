import Glibc
import Trading
import Wire

/// Starts a plugin: finds out where the core is, and talks to it until the end.
package enum PluginMain {
    /// Reads the launch line from standard input, or `--endpoint E --name N` when started by hand.
    package static func run<Plugin: PluginRole>(_ plugin: Plugin, name: String, version: String) -> Never {
        do {
            let arguments = CommandLine.arguments
            let launch: Launch
            let isChild = !arguments.contains("--endpoint")
            if isChild {
                launch = try launchFromInput()
            } else {
                launch = try launchFromArguments(arguments, name)
            }
            var connection = PluginConnection(plugin, launch: launch, version: version, isChild: isChild)
            exit(try connection.run())
        } catch {
            log("error", "\(name): \(error)")
            exit(2)
        }
    }

    private static func launchFromInput() throws -> Launch {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw PluginStartError(
                why:
                    "nothing on standard input; the core writes one line there. By hand: --endpoint ipc:///path/to/sockets/ROLE [--name NAME]"
            )
        }
        return try WireDecoder().decode(Launch.self, from: Array(line.utf8), unknownFields: .ignore)
    }

    private static func launchFromArguments(_ arguments: [String], _ name: String) throws -> Launch {
        func value(of option: String) -> String? {
            guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
            return arguments[index + 1]
        }
        guard let endpoint = value(of: "--endpoint") else { throw PluginStartError(why: "--endpoint needs a value") }
        return Launch(endpoint: endpoint, name: try PluginName(value(of: "--name") ?? name), token: "")
    }
}

struct PluginStartError: Error, CustomStringConvertible {
    let why: String
    var description: String { why }
}
