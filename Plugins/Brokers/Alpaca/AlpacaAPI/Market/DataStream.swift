import JSON
import Trading

extension Alpaca {
    /// Something of the market with its symbol, as the stream has it.
    package struct Tick<Body: Record>: Record {
        package var symbol = Symbol(unchecked: "-")
        package var body = Body()
        package var unknown: [JSON.Member] = []

        package init() {}
        package init(_ symbol: Symbol, _ body: Body) { (self.symbol, self.body) = (symbol, body) }

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("S", &symbol)
            try body.fields(&list)
        }
    }

    /// Whether a stock is traded: a halt, a resumption and its reason, in the codes of its tape.
    package struct TradingStatus: Record {
        package var statusCode = ""
        package var statusMessage: String?
        package var reasonCode: String?
        package var reasonMessage: String?
        package var time = Timestamp(nanoseconds: 0)
        /// `A`, `B`, `C` or `O`: the codes differ.
        package var tape: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("sc", &statusCode)
            try list.optional("sm", &statusMessage)
            try list.optional("rc", &reasonCode)
            try list.optional("rm", &reasonMessage)
            try list.required("t", &time)
            try list.optional("z", &tape)
        }
    }

    /// Limit up, limit down: the prices between which a stock may be traded.
    package struct PriceBand: Record {
        package var limitUp = Price.zero
        package var limitDown = Price.zero
        package var indicator: String?
        package var time = Timestamp(nanoseconds: 0)
        package var tape: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("u", &limitUp, .shownNumber)
            try list.required("d", &limitDown, .shownNumber)
            try list.optional("i", &indicator)
            try list.required("t", &time)
            try list.optional("z", &tape)
        }
    }

    /// A trade as it was told and as it was.
    package struct TradeCorrection: Record {
        package var exchange: String?
        package var originalID: UInt64?
        package var originalPrice = Price.zero
        package var originalSize = Volume.zero
        package var originalConditions: [String]?
        package var correctedID: UInt64?
        package var correctedPrice = Price.zero
        package var correctedSize = Volume.zero
        package var correctedConditions: [String]?
        package var time = Timestamp(nanoseconds: 0)
        package var tape: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("x", &exchange)
            try list.optional("oi", &originalID)
            try list.required("op", &originalPrice, .shownNumber)
            try list.required("os", &originalSize, .shownNumber)
            try list.optional("oc", &originalConditions)
            try list.optional("ci", &correctedID)
            try list.required("cp", &correctedPrice, .shownNumber)
            try list.required("cs", &correctedSize, .shownNumber)
            try list.optional("cc", &correctedConditions)
            try list.required("t", &time)
            try list.optional("z", &tape)
        }
    }

    /// A trade that was none.
    package struct TradeCancel: Record {
        package var id: UInt64?
        package var exchange: String?
        package var price: Price?
        package var size: Volume?
        /// `C` canceled, `E` an error.
        package var action: String?
        package var time = Timestamp(nanoseconds: 0)
        package var tape: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("i", &id)
            try list.optional("x", &exchange)
            try list.optional("p", &price, .shownNumber)
            try list.optional("s", &size, .shownNumber)
            try list.optional("a", &action)
            try list.required("t", &time)
            try list.optional("z", &tape)
        }
    }

    /// All that a connection has subscribed to; what a client wants more or no more of.
    package struct Subscription: Record {
        package var trades: [String] = []
        package var quotes: [String] = []
        package var bars: [String] = []
        package var updatedBars: [String] = []
        package var dailyBars: [String] = []
        package var statuses: [String] = []
        package var priceBands: [String] = []
        package var corrections: [String] = []
        package var cancels: [String] = []
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.some("trades", &trades)
            try list.some("quotes", &quotes)
            try list.some("bars", &bars)
            try list.some("updatedBars", &updatedBars)
            try list.some("dailyBars", &dailyBars)
            try list.some("statuses", &statuses)
            try list.some("lulds", &priceBands)
            try list.some("corrections", &corrections)
            try list.some("cancelErrors", &cancels)
        }
    }

    /// What went wrong on a connection for market data.
    package struct StreamError: Record {
        package var code = 0
        package var message = ""
        package var unknown: [JSON.Member] = []

        package init() {}
        package init(_ kind: Kind, _ message: String) { (code, self.message) = (kind.rawValue, message) }

        package enum Kind: Int, Sendable, CaseIterable {
            case invalidSyntax = 400
            case notAuthenticated = 401
            case authenticationFailed = 402
            case alreadyAuthenticated = 403
            case authenticationTimeout = 404
            case symbolLimit = 405
            case connectionLimit = 406
            case slowClient = 407
            case insufficientSubscription = 409
            case invalidSubscription = 410
            case internalError = 500
        }

        /// nil for a code that is not known here.
        package var kind: Kind? { Kind(rawValue: code) }

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("code", &code)
            try list.required("msg", &message)
        }
    }
}
