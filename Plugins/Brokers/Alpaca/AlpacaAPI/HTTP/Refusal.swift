import JSON
import Trading

extension Alpaca {
    /// A number, but for locates, which have words.
    package enum ErrorCode: Value, Hashable {
        case number(Int)
        case word(String)

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> ErrorCode {
            if case .string(let text) = json { return Int(text).map(ErrorCode.number) ?? .word(text) }
            return .number(try Int.read(json, style))
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .number(let code): .integer(code)
            case .word(let word): .string(word)
            }
        }
    }

    /// The body of a response that is an error. Its code is absent at times; figures of the refused order may stand beside it.
    package struct ErrorBody: Record {
        package var code: ErrorCode?
        package var message = ""
        package var symbol: Symbol?
        package var available: Quantity?
        package var existingQuantity: Quantity?
        package var heldForOrders: Quantity?
        package var relatedOrders: [OrderID] = []
        package var existingOrderID: OrderID?
        package var rejectReason: String?
        package var unknown: [JSON.Member] = []

        package init() {}
        package init(_ code: Int, _ message: String) { (self.code, self.message) = (.number(code), message) }

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("available", &available, .shown)
            try list.optional("code", &code)
            try list.optional("existing_order_id", &existingOrderID)
            try list.optional("existing_qty", &existingQuantity, .shown)
            try list.optional("held_for_orders", &heldForOrders, .shown)
            try list.required("message", &message)
            try list.optional("reject_reason", &rejectReason)
            try list.some("related_orders", &relatedOrders)
            try list.optional("symbol", &symbol)
        }
    }

    /// A response with a status other than 2xx, whatever stands in it: JSON, plain text or a proxy's page.
    package struct Refusal: Error, Equatable, Sendable {
        package let status: Int
        package let code: ErrorCode?
        /// As the vendor has it, 200 characters at most.
        package let message: String
        /// Where it could be read.
        package let body: ErrorBody?
        /// `X-Request-ID`, by which the vendor finds the request.
        package let requestID: String?

        package init(status: Int, headers: [Header] = [], body bytes: [UInt8]) {
            self.status = status
            requestID = headers.first { $0.isNamed("x-request-id") }?.value
            do throws(DecodingError) {
                let read = try Alpaca.decode(ErrorBody.self, from: bytes)
                (body, code, message) = (read, read.code, String(read.message.prefix(200)))
            } catch {
                // The status says what to do; a body that is something else is kept as text.
                let text = String(decoding: bytes.prefix(800), as: UTF8.self)
                (body, code, message) = (nil, nil, String(text.prefix(200)))
            }
        }

        /// What is to be done about it.
        package enum Cause: Equatable, Sendable {
            /// The key is wrong, or not for this host.
            case unauthorized
            /// An order of the other side stands in the way.
            case washTrade(existing: OrderID?)
            case insufficientQuantity
            case insufficientBuyingPower
            case forbidden
            case notFound
            /// The client order id was used before: the order may be there.
            case duplicateClientOrderID
            /// It is filled, canceled or on its way to that.
            case notCancelable
            case subPenny
            /// A change that changes nothing.
            case unchanged
            case invalid
            /// Too many requests: after `RateLimit.reset`.
            case rateLimited
            /// The server failed. What was asked may have been done.
            case serverError
            case other
        }

        /// Out of the status, then the code, and what neither says out of the message.
        package var cause: Cause {
            let text = message.lowercased()
            switch status {
            case 401: return .unauthorized
            case 403: return forbidden(text)
            case 404: return .notFound
            case 422: return invalid(text)
            case 429: return .rateLimited
            case 400: return .invalid
            case 500...599: return .serverError
            default: return .other
            }
        }

        private func forbidden(_ text: String) -> Cause {
            if text.contains("wash trade") { return .washTrade(existing: body?.existingOrderID) }
            if text.contains("insufficient qty") { return .insufficientQuantity }
            if text.contains("buying power") { return .insufficientBuyingPower }
            return text.contains("not changed") ? .unchanged : .forbidden
        }

        private func invalid(_ text: String) -> Cause {
            if text.contains("client_order_id must be unique") { return .duplicateClientOrderID }
            if text.contains("cancelable") { return .notCancelable }
            return text.contains("sub-penny") ? .subPenny : .invalid
        }
    }
}
