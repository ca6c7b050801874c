import AlpacaAPI

/// A request that is to be sent.
package struct AdapterRequest: Sendable {
    package enum Call: Sendable {
        case order(Alpaca.Endpoint<Alpaca.Order>)
        case cancel(Alpaca.Endpoint<Alpaca.Nothing>)
        case account(Alpaca.Endpoint<Alpaca.Account>)
        case positions(Alpaca.Endpoint<Alpaca.Rows<Alpaca.Position>>)
        case orders(Alpaca.Endpoint<Alpaca.Rows<Alpaca.Order>>)
        case activities(Alpaca.Endpoint<Alpaca.Rows<Alpaca.Activity>>)
    }

    /// Of the request alone; its answer comes with it.
    package let tag: Int64
    package let call: Call

    package var method: Alpaca.Method {
        switch call {
        case .order(let endpoint): endpoint.method
        case .cancel(let endpoint): endpoint.method
        case .account(let endpoint): endpoint.method
        case .positions(let endpoint): endpoint.method
        case .orders(let endpoint): endpoint.method
        case .activities(let endpoint): endpoint.method
        }
    }

    /// Path and query.
    package var target: String {
        switch call {
        case .order(let endpoint): endpoint.target
        case .cancel(let endpoint): endpoint.target
        case .account(let endpoint): endpoint.target
        case .positions(let endpoint): endpoint.target
        case .orders(let endpoint): endpoint.target
        case .activities(let endpoint): endpoint.target
        }
    }

    package var body: [UInt8]? {
        switch call {
        case .order(let endpoint): endpoint.body
        case .cancel, .account, .positions, .orders, .activities: nil
        }
    }
}

/// What has become of a request.
package enum AdapterAnswer: Sendable {
    case response(status: Int, headers: [Alpaca.Header] = [], body: [UInt8])
    /// No answer within the time, or the connection ended: it may have been carried out.
    case lost
    /// It has not left: nothing was done.
    case notSent(String)

    /// 2xx and its body; what a request came to otherwise.
    var outcome: Outcome {
        switch self {
        case .lost: .unknown("there was no answer")
        case .notSent(let words): .tooMany(Alpaca.Refusal(status: 0, body: Array(words.utf8)))
        case .response(let status, _, let body) where (200...299).contains(status): .done(body)
        case .response(let status, let headers, let body):
            Outcome(Alpaca.Refusal(status: status, headers: headers, body: body))
        }
    }

    enum Outcome: Equatable {
        case done([UInt8])
        /// It was not carried out, or is said not to have been.
        case refused(Alpaca.Refusal)
        /// Nothing was done, and the same may be asked for again.
        case tooMany(Alpaca.Refusal)
        /// It may have been carried out.
        case unknown(String)

        init(_ refusal: Alpaca.Refusal) {
            switch refusal.cause {
            case .rateLimited: self = .tooMany(refusal)
            case .serverError, .duplicateClientOrderID: self = .unknown(refusal.words)
            case .unauthorized, .washTrade, .insufficientQuantity, .insufficientBuyingPower, .forbidden, .notFound,
                .notCancelable, .subPenny, .unchanged, .invalid, .other:
                self = .refused(refusal)
            }
        }
    }
}

extension Alpaca.Refusal {
    /// As it is told: `403 40310000: insufficient qty available for order (request 8c1f)`.
    package var words: String {
        // Without a status there was no answer.
        guard status > 0 else { return message }
        var words = "\(status)"
        switch code {
        case .number(let code): words += " \(code)"
        case .word(let code): words += " \(code)"
        case nil: break
        }
        if !message.isEmpty { words += ": \(message)" }
        if let requestID { words += " (request \(requestID.prefix(40)))" }
        return words
    }
}
