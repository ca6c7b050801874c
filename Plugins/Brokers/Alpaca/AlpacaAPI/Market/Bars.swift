import JSON
import Trading

extension Alpaca {
    /// Something of the market of which there is a history and a last one. Prices are rounded half to even at their eighth decimal,
    /// volumes and sizes at their sixth: they are looked at, and no order hangs on their last digit.
    package protocol MarketDatum: Record {
        /// The key of several of them, and of one.
        static var plural: String { get }
        static var singular: String { get }
    }

    package struct Bar: MarketDatum {
        package static let plural = "bars"
        package static let singular = "bar"
        /// Its first moment.
        package var time = Timestamp(nanoseconds: 0)
        package var open = Price.zero
        package var high = Price.zero
        package var low = Price.zero
        package var close = Price.zero
        package var volume = Volume.zero
        package var tradeCount: Int64?
        package var volumeWeightedPrice: Price?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("o", &open, .shownNumber)
            try list.required("h", &high, .shownNumber)
            try list.required("l", &low, .shownNumber)
            try list.required("c", &close, .shownNumber)
            try list.required("v", &volume, .shownNumber)
            try list.optional("n", &tradeCount)
            try list.optional("vw", &volumeWeightedPrice, .shownNumber)
            try list.required("t", &time)
        }
    }

    package struct Quote: MarketDatum {
        package static let plural = "quotes"
        package static let singular = "quote"
        package var time = Timestamp(nanoseconds: 0)
        package var bidExchange: String?
        /// Zero where there is none; see ``bid``.
        package var bidPrice = Price.zero
        /// In shares since 2025-11-03, in round lots before.
        package var bidSize = Volume.zero
        package var askExchange: String?
        package var askPrice = Price.zero
        package var askSize = Volume.zero
        package var conditions: [String]?
        package var tape: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        /// The bid where there is one.
        package var bid: Price? { bidPrice.isPositive ? bidPrice : nil }
        /// The ask where there is one.
        package var ask: Price? { askPrice.isPositive ? askPrice : nil }

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("bx", &bidExchange)
            try list.required("bp", &bidPrice, .shownNumber)
            try list.required("bs", &bidSize, .shownNumber)
            try list.optional("ax", &askExchange)
            try list.required("ap", &askPrice, .shownNumber)
            try list.required("as", &askSize, .shownNumber)
            try list.optional("c", &conditions)
            try list.optional("z", &tape)
            try list.required("t", &time)
        }
    }

    package struct Trade: MarketDatum {
        package static let plural = "trades"
        package static let singular = "trade"
        package var time = Timestamp(nanoseconds: 0)
        package var id: UInt64?
        package var exchange: String?
        package var price = Price.zero
        package var size = Volume.zero
        package var conditions: [String]?
        package var tape: String?
        /// Whether it was canceled or corrected since.
        package var update: String?
        /// Of crypto: `B` or `S`.
        package var takerSide: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("i", &id)
            try list.optional("x", &exchange)
            try list.required("p", &price, .shownNumber)
            try list.required("s", &size, .shownNumber)
            try list.optional("c", &conditions)
            try list.optional("z", &tape)
            try list.optional("u", &update)
            try list.optional("tks", &takerSide)
            try list.required("t", &time)
        }
    }

    /// The last of everything of one symbol; each part may be missing.
    package struct Snapshot: Record {
        package var symbol: Symbol?
        package var latestTrade: Trade?
        package var latestQuote: Quote?
        package var minuteBar: Bar?
        package var dailyBar: Bar?
        package var previousDailyBar: Bar?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("symbol", &symbol)
            try list.optional("latestTrade", &latestTrade)
            try list.optional("latestQuote", &latestQuote)
            try list.optional("minuteBar", &minuteBar)
            try list.optional("dailyBar", &dailyBar)
            try list.optional("prevDailyBar", &previousDailyBar)
        }
    }
}
