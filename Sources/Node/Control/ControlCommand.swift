import Orchestration
import Trading
import Wire

/// What a person can ask of the running core. A request is read here, and text from then on no more.
enum ControlCommand: Hashable {
    case ping
    /// How each plugin is.
    case plugins
    /// Read the configuration again.
    case reload
    case swapBroker(to: PluginName)
    case managePlugin(PluginName, Management)
    case trading(Control.Command)
    /// Somebody else's order is managed from now on.
    case handOver(ClientOrderID)

    enum Management: String, CaseIterable {
        case stop = "plugin_stop"
        case start = "plugin_start"
        case restart = "plugin_restart"
    }

    /// - Throws: ``ControlRefusal``.
    init(_ request: ControlRequest) throws(ControlRefusal) {
        switch request.command {
        case "ping": self = .ping
        case "plugins": self = .plugins
        case "reload": self = .reload
        case Control.Command.handOver.rawValue: self = .handOver(try Self.order(of: request))
        case "swap": self = .swapBroker(to: try Self.plugin(of: request))
        default:
            if let management = Management(rawValue: request.command) {
                self = .managePlugin(try Self.plugin(of: request), management)
            } else if let command = Control.Command(rawValue: request.command) {
                self = .trading(command)
            } else {
                throw .unknown(request.command)
            }
        }
    }

    private static func order(of request: ControlRequest) throws(ControlRefusal) -> ClientOrderID {
        guard let order = request.order else { throw .namesNoOrder(request.command) }
        return order
    }

    private static func plugin(of request: ControlRequest) throws(ControlRefusal) -> PluginName {
        guard let name = request.plugin else { throw .namesNoPlugin(request.command) }
        return name
    }
}

enum ControlRefusal: Error, Hashable, CustomStringConvertible {
    case unknown(String)
    case namesNoPlugin(String)
    case namesNoOrder(String)

    var description: String {
        switch self {
        case .unknown(let command):
            "\"\(command)\" is none of halt, reduce, resume, flatten, reload, swap, plugins, hand_over"
        case .namesNoPlugin(let command): "\"\(command)\" names no plugin"
        case .namesNoOrder(let command): "\"\(command)\" names no order"
        }
    }
}
