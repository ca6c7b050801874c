import JSON
import Trading

extension Alpaca {
    /// One element of a frame of the socket for market data; see ``frame(_:)``.
    package enum DataStreamMessage: Value {
        /// `connected` or `authenticated`.
        case success(String)
        case error(StreamError)
        case subscription(Subscription)
        case trade(Tick<Trade>)
        case quote(Tick<Quote>)
        case bar(Tick<Bar>)
        /// A minute's bar once more, since a late trade belongs to it.
        case updatedBar(Tick<Bar>)
        case dailyBar(Tick<Bar>)
        case status(Tick<TradingStatus>)
        case priceBand(Tick<PriceBand>)
        case correction(Tick<TradeCorrection>)
        case cancel(Tick<TradeCancel>)
        /// A kind that is not known here.
        case other(JSON)

        /// What a frame holds. One message without an array is a frame of one.
        /// - Throws: ``DecodingError`` where the frame as a whole is none.
        package static func frame(_ bytes: [UInt8]) throws(DecodingError) -> Rows<DataStreamMessage> {
            let json = try Alpaca.parse(bytes)
            if case .object = json { return try Rows.read(.array([json]), .exact) }
            return try Rows.read(json, .exact)
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> DataStreamMessage {
            guard case .object(var members) = json else { throw .mismatch("an object", json) }
            guard let index = members.firstIndex(where: { $0.key == "T" }) else {
                throw DecodingError(.missing, path: ["T"])
            }
            guard case .string(let kind) = members.remove(at: index).value else {
                throw DecodingError(.mismatch(expected: "a string", found: json["T"]?.kindName ?? ""), path: ["T"])
            }
            return try read(kind, .object(members), style) ?? .other(json)
        }

        private static func read(
            _ kind: String, _ body: JSON, _ style: Style
        ) throws(DecodingError) -> DataStreamMessage? {
            switch kind {
            case "success": .success(try Success.read(body, style).message)
            case "error": .error(try StreamError.read(body, style))
            case "subscription": .subscription(try Subscription.read(body, style))
            case "t": .trade(try Tick.read(body, style))
            case "q": .quote(try Tick.read(body, style))
            case "b": .bar(try Tick.read(body, style))
            case "u": .updatedBar(try Tick.read(body, style))
            case "d": .dailyBar(try Tick.read(body, style))
            case "s": .status(try Tick.read(body, style))
            case "l": .priceBand(try Tick.read(body, style))
            case "c": .correction(try Tick.read(body, style))
            case "x": .cancel(try Tick.read(body, style))
            default: nil
            }
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .success(let message): Self.marked("success", .object([.init(key: "msg", value: .string(message))]))
            case .error(let body): Self.marked("error", body.json(style))
            case .subscription(let body): Self.marked("subscription", body.json(style))
            case .trade(let body): Self.marked("t", body.json(style))
            case .quote(let body): Self.marked("q", body.json(style))
            case .bar(let body): Self.marked("b", body.json(style))
            case .updatedBar(let body): Self.marked("u", body.json(style))
            case .dailyBar(let body): Self.marked("d", body.json(style))
            case .status(let body): Self.marked("s", body.json(style))
            case .priceBand(let body): Self.marked("l", body.json(style))
            case .correction(let body): Self.marked("c", body.json(style))
            case .cancel(let body): Self.marked("x", body.json(style))
            case .other(let json): json
            }
        }

        private static func marked(_ kind: String, _ body: JSON) -> JSON {
            guard case .object(let members) = body else { return body }
            return .object([.init(key: "T", value: .string(kind))] + members)
        }

        private struct Success: Record {
            var message = ""
            var unknown: [JSON.Member] = []

            init() {}

            mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.required("msg", &message)
            }
        }
    }

    /// What a client says on that socket.
    package enum DataStreamCommand: Value {
        case authenticate(Credentials)
        /// In addition to what was subscribed before.
        case subscribe(Subscription)
        case unsubscribe(Subscription)

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> DataStreamCommand {
            guard case .object(let members) = json else { throw .mismatch("an object", json) }
            guard case .string(let action)? = json["action"] else { throw DecodingError(.missing, path: ["action"]) }
            let body = JSON.object(members.filter { $0.key != "action" })
            switch action {
            case "auth": return .authenticate(try Credentials.read(body, style))
            case "subscribe": return .subscribe(try Subscription.read(body, style))
            case "unsubscribe": return .unsubscribe(try Subscription.read(body, style))
            default:
                throw DecodingError(
                    .mismatch(expected: "auth, subscribe or unsubscribe", found: DecodingError.cut(action)),
                    path: ["action"])
            }
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .authenticate(let credentials): return credentials.message
            case .subscribe(let subscription): return Self.message("subscribe", subscription.json(style))
            case .unsubscribe(let subscription): return Self.message("unsubscribe", subscription.json(style))
            }
        }

        private static func message(_ action: String, _ body: JSON) -> JSON {
            guard case .object(let members) = body else { return body }
            return .object([.init(key: "action", value: .string(action))] + members)
        }
    }
}
