import Keys
import Messaging
import Trading
import Wire
import ZeroMQTransport

/// How a plugin that the core has not started finds the core, by option or by variable; the option wins.
///
/// | option | variable | |
/// |---|---|---|
/// | `--endpoint` | `BIGBROTHER_ENDPOINT` | `ipc:///path` or `tcp://host:port`; without it the plugin expects the core's line on its standard input |
/// | `--name` | `BIGBROTHER_NAME` | as the core's configuration names it |
/// | `--server-key` | `BIGBROTHER_SERVER_KEY` | the core's public key, 40 characters, or its `.public` file |
/// | `--key` | `BIGBROTHER_KEY_FILE` | the path of the plugin's own `.secret` file, mode 0600 |
/// | `--state` | `BIGBROTHER_STATE` | a folder of this host for the plugin's files |
package struct LaunchOptions {
    package var endpoint: String?
    package var name: String?
    package var stateDirectory: String?
    package var security = SocketSecurity.none

    /// - Throws: ``PluginStartError``, `KeyError`: a key is missing, is none, or others can read it.
    package init(arguments: [String], environment: (String) -> String?) throws {
        func value(_ option: String, _ variable: String) throws -> String? {
            guard let index = arguments.firstIndex(of: option) else {
                return environment(variable).flatMap { $0.isEmpty ? nil : $0 }
            }
            guard index + 1 < arguments.count else { throw PluginStartError(why: "\(option) needs a value") }
            return arguments[index + 1]
        }
        endpoint = try value("--endpoint", LaunchVariable.endpoint)
        name = try value("--name", LaunchVariable.name)
        stateDirectory = try value("--state", LaunchVariable.stateDirectory)
        let server = try value("--server-key", LaunchVariable.serverKey)
        let key = try value("--key", LaunchVariable.keyFile)
        guard endpoint != nil else { return }
        switch (server, key) {
        case (nil, nil): break
        case (let server?, let key?):
            security = .curveClient(try KeyFile.readSecret(key), server: try KeyFile.publicKey(server))
        case (nil, _?):
            throw PluginStartError(
                why: "--key needs --server-key too: without the core's public key anybody could be the core")
        case (_?, nil):
            throw PluginStartError(why: "--server-key needs --key too: the core lets in nobody without a key")
        }
    }
}
