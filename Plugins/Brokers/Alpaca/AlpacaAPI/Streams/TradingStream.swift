import JSON
import Trading

extension Alpaca {
    package enum TradeEvent: String, Word {
        case new, fill
        case partialFill = "partial_fill"
        case canceled, expired
        case doneForDay = "done_for_day"
        case replaced, rejected, accepted, held, stopped, suspended, calculated, restated
        case pendingNew = "pending_new"
        case pendingCancel = "pending_cancel"
        case pendingReplace = "pending_replace"
        case orderReplaceRejected = "order_replace_rejected"
        case orderCancelRejected = "order_cancel_rejected"
        case tradeBust = "trade_bust"
        case tradeCorrect = "trade_correct"
    }

    /// What happened to an order: on the stream `trade_updates` and in `GET /v2/events/trades`. With `replaced` comes the old order.
    /// The quantity of an execution is exact or refused, its price rounded half to even at its eighth decimal.
    package struct TradeUpdate: Record {
        package var event = Open<TradeEvent>("")
        package var order = Order()
        /// When it happened at the venue.
        package var timestamp: Timestamp?
        package var at: Timestamp?
        /// Absent since 2026-07 on some.
        package var eventID: EventID?
        /// The key by which an execution is booked once; absent where none was made.
        package var executionID: ExecutionID?
        /// What a correction or a bust is about.
        package var previousExecutionID: ExecutionID?
        /// Of this execution.
        package var price: Price?
        package var quantity: Quantity?
        /// Signed, after it.
        package var positionQuantity: Quantity?
        package var reason: String?
        package var settleDate: Day?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("at", &at)
            try list.required("event", &event)
            try list.optional("event_id", &eventID)
            try list.optional("execution_id", &executionID)
            try list.optional("previous_execution_id", &previousExecutionID)
            try list.required("order", &order)
            try list.optional("position_qty", &positionQuantity)
            try list.optional("price", &price, .shown)
            try list.optional("qty", &quantity)
            try list.optional("reason", &reason)
            try list.optional("settle_date", &settleDate)
            try list.optional("timestamp", &timestamp)
        }
    }

    package enum AuthorizationStatus: String, Word { case authorized, unauthorized }

    /// What `wss://.../stream` says. Frames of text and of bytes hold the same.
    package enum TradingStreamMessage: Value {
        case authorization(Authorization)
        case listening(Listening)
        case tradeUpdate(TradeUpdate)
        /// The connection is of no more use. It comes in several shapes.
        case error(JSON)
        /// Another stream, or a message of the connection.
        case other(JSON)

        package struct Authorization: Record {
            package var status = Open<AuthorizationStatus>("")
            /// `authenticate` or `listen`: what was refused, or taken.
            package var action: String?
            package var message: String?
            package var unknown: [JSON.Member] = []

            package init() {}

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.required("status", &status)
                try list.optional("action", &action)
                try list.optional("message", &message)
            }
        }

        package struct Listening: Record {
            package var streams: [String] = []
            package var error: String?
            package var unknown: [JSON.Member] = []

            package init() {}

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.list("streams", &streams)
                try list.optional("error", &error)
            }
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> TradingStreamMessage {
            guard case .object = json else { throw .mismatch("an object", json) }
            guard case .string(let stream)? = json["stream"] else {
                return json["action"] == .string("error") ? .error(json) : .other(json)
            }
            let data = json["data"] ?? .null
            do throws(DecodingError) {
                switch stream {
                case "authorization": return .authorization(try Authorization.read(data, style))
                case "listening": return .listening(try Listening.read(data, style))
                case "trade_updates": return .tradeUpdate(try TradeUpdate.read(data, style))
                case "error": return .error(json)
                default: return .other(json)
                }
            } catch {
                throw error.within(.key("data"))
            }
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .authorization(let data): Self.message("authorization", data.json(style))
            case .listening(let data): Self.message("listening", data.json(style))
            case .tradeUpdate(let data): Self.message("trade_updates", data.json(style))
            case .error(let json), .other(let json): json
            }
        }

        private static func message(_ stream: String, _ data: JSON) -> JSON {
            .object([.init(key: "stream", value: .string(stream)), .init(key: "data", value: data)])
        }
    }

    /// What a client says on it.
    package enum TradingStreamCommand: Value {
        /// Also in the form of 2019, which is still taken: `authenticate` with the key inside `data`.
        case authenticate(Credentials)
        /// All streams that are wanted from now on.
        case listen([String])

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> TradingStreamCommand {
            guard case .object = json else { throw .mismatch("an object", json) }
            guard case .string(let action)? = json["action"] else { throw DecodingError(.missing, path: ["action"]) }
            switch action {
            case "auth": return .authenticate(try Credentials.read(json, style))
            case "authenticate":
                guard let data = json["data"] else { return .authenticate(try Credentials.read(json, style)) }
                do throws(DecodingError) {
                    return .authenticate(try Credentials.readOld(data))
                } catch {
                    throw error.within(.key("data"))
                }
            case "listen":
                guard let streams = json["data"]?["streams"] else {
                    throw DecodingError(.missing, path: ["data", "streams"])
                }
                do throws(DecodingError) {
                    return .listen(try [String].read(streams, style))
                } catch {
                    throw error.within(.key("streams")).within(.key("data"))
                }
            default:
                throw DecodingError(
                    .mismatch(expected: "auth, authenticate or listen", found: DecodingError.cut(action)),
                    path: ["action"])
            }
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .authenticate(let credentials): return credentials.message
            case .listen(let streams):
                let data = JSON.object([.init(key: "streams", value: streams.json(style))])
                return .object([.init(key: "action", value: .string("listen")), .init(key: "data", value: data)])
            }
        }
    }
}
