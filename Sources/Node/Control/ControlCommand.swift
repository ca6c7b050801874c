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
    /// The adapter obeys this core from now on, whomever it has obeyed before.
    case freeBroker(PluginName)
    case managePlugin(PluginName, Management)
    case trading(Control.Command)
    /// Somebody else's order is managed from now on.
    case handOver(ClientOrderID)
    /// What concerns a symbol.
    case asked(PersonRequest)

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
        case "approve", "reject":
            let id = try Self.proposal(of: request)
            let wish: PersonRequest.Wish = request.command == "approve" ? .approve(id) : .reject(id)
            self = .asked(PersonRequest(symbol: id.symbol, wish: wish, who: request.who, why: request.why))
        case "free": self = .freeBroker(try Self.plugin(of: request))
        case "swap": self = .swapBroker(to: try Self.plugin(of: request))
        default:
            if let management = Management(rawValue: request.command) {
                self = .managePlugin(try Self.plugin(of: request), management)
            } else if let command = Control.Command(rawValue: request.command) {
                self = .trading(command)
            } else {
                let wish = try Self.wish(of: request)
                self = .asked(PersonRequest(symbol: request.symbol, wish: wish, who: request.who, why: request.why))
            }
        }
    }

    private static func proposal(of request: ControlRequest) throws(ControlRefusal) -> ProposalID {
        guard let text = request.proposal, let id = ProposalID(text: text) else {
            throw .namesNoProposal(request.proposal ?? "")
        }
        return id
    }

    private static func order(of request: ControlRequest) throws(ControlRefusal) -> ClientOrderID {
        guard let order = request.order else { throw .namesNoOrder(request.command) }
        return order
    }

    private static func wish(of request: ControlRequest) throws(ControlRefusal) -> PersonRequest.Wish {
        switch (request.command, request.quantity, request.fraction, request.price, request.mode) {
        case ("close", nil, nil, nil, nil): return .close
        case ("sell", let quantity?, nil, nil, nil): return .part(quantity)
        case ("sell", nil, let fraction?, nil, nil): return .fraction(fraction)
        case ("stop", nil, nil, let price?, nil): return .stop(price)
        case ("target", nil, nil, let price?, nil): return .target(price)
        case ("mode", nil, nil, nil, let text?):
            guard let mode = SymbolMode(rawValue: text) else { throw .noMode(text) }
            return .mode(mode)
        case ("close", _, _, _, _), ("sell", _, _, _, _), ("stop", _, _, _, _), ("target", _, _, _, _),
            ("mode", _, _, _, _):
            throw .figures(request.command)
        default: throw .unknown(request.command)
        }
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
    /// What it names instead.
    case namesNoProposal(String)
    case noMode(String)
    /// They are missing, or there are too many.
    case figures(String)

    var description: String {
        switch self {
        case .unknown(let command):
            "\"\(command)\" is none of halt, reduce, resume, flatten, close, sell, stop, target, mode, approve, reject, reload, swap, free, plugins, hand_over"
        case .noMode(let text):
            "\"\(text)\" is none of \(SymbolMode.allCases.map(\.rawValue).joined(separator: ", "))"
        case .figures(let command):
            "`\(command)` takes \(command == "sell" ? "a quantity or a fraction" : command == "mode" ? "a mode" : command == "close" ? "a symbol alone" : "a price")"
        case .namesNoPlugin(let command): "\"\(command)\" names no plugin"
        case .namesNoProposal(let text):
            "\"\(text)\" names no proposal: it is written like 25.NVDA.enter, and `bigbrother approvals` lists those that wait"
        case .namesNoOrder(let command): "\"\(command)\" names no order"
        }
    }
}
