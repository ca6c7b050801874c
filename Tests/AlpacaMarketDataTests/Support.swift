import AlpacaAPI
import Testing
import Trading

@testable import AlpacaMarketData

let alfa = Symbol(unchecked: "ALFA")
let chrl = Symbol(unchecked: "CHRL")
/// A Monday, 10:00 in New York.
let start = Timestamp(rfc3339: "2026-03-16T14:00:00Z")!

func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }

func later(_ seconds: Int64, _ milliseconds: Int64 = 0) -> Timestamp {
    start + .seconds(seconds) + .milliseconds(milliseconds)
}

func price(_ text: String) -> Price { try! Price(text) }

func quote(_ bid: String, _ ask: String, at time: Timestamp, size: Int64 = 100) -> Alpaca.Quote {
    var quote = Alpaca.Quote()
    (quote.bidPrice, quote.askPrice, quote.time) = (price(bid), price(ask), time)
    (quote.bidSize, quote.askSize) = (
        Alpaca.Volume(units: size * Alpaca.Volume.scale), Alpaca.Volume(units: size * Alpaca.Volume.scale)
    )
    return quote
}

func trade(
    _ text: String, at time: Timestamp, id: UInt64 = 1, _ conditions: [String] = ["@"], tape: String = "C"
) -> Alpaca.Trade {
    var trade = Alpaca.Trade()
    (trade.price, trade.time, trade.id) = (price(text), time, id)
    (trade.conditions, trade.tape) = (conditions, tape)
    return trade
}

func status(_ code: String, at time: Timestamp, tape: String = "C") -> Alpaca.TradingStatus {
    var status = Alpaca.TradingStatus()
    (status.statusCode, status.tape, status.time) = (code, tape, time)
    return status
}

func bar(_ open: String, _ close: String, at time: Timestamp, volume: Int64 = 10) -> Alpaca.Bar {
    var bar = Alpaca.Bar()
    (bar.open, bar.close, bar.time) = (price(open), price(close), time)
    (bar.high, bar.low) = (max(bar.open, bar.close), min(bar.open, bar.close))
    bar.volume = Alpaca.Volume(units: volume * Alpaca.Volume.scale)
    return bar
}

func day(_ text: String) -> Int64 { CivilTime(time(text)).daysSince1970 }

func decoded<Value: Alpaca.Value>(_ type: Value.Type, _ text: String) -> Value {
    try! Alpaca.decode(type, from: Array(text.utf8))
}
