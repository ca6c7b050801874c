import JSON
import Trading

// The header, what providers say, and what policies say.

extension Header: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("v", v)
        writer.field("type", type)
        writer.field("id", id)
        writer.field("session", session)
        writer.field("epoch", epoch)
        writer.field("seq", seq)
        writer.field("cycle", cycle)
        writer.field("re", re)
        writer.field("budget_milliseconds", budgetMilliseconds)
        writer.field("crit", crit)
        writer.endObject()
    }

    /// One with a `crit` goes the ordinary way.
    package init?(wire value: WireValue) {
        guard var fields = value.fields, let v = fields.take("v")?.string,
            let type: MessageType = fields.required("type"), let id = fields.take("id")?.string,
            let session = fields.take("session")?.string, let epoch = fields.take("epoch")?.integer,
            let seq = fields.take("seq")?.integer
        else { return nil }
        self.init(
            type: type, id: id, session: session, epoch: epoch, seq: seq,
            cycle: fields.optional("cycle") { $0.integer },
            re: fields.optional("re") { $0.string },
            budgetMilliseconds: fields.optional("budget_milliseconds") { $0.integer })
        self.v = v
        guard fields.isDone else { return nil }
    }
}

extension Quote: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("bid", bid)
        writer.field("ask", ask)
        writer.field("bid_size", bidSize)
        writer.field("ask_size", askSize)
        writer.field("last", last)
        writer.field("is_halted", isHalted)
        writer.field("at", at)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let symbol: Symbol = fields.required("symbol") else { return nil }
        let bid: Price? = fields.optional("bid")
        let ask: Price? = fields.optional("ask")
        let bidSize: Quantity? = fields.optional("bid_size")
        let askSize: Quantity? = fields.optional("ask_size")
        let last: Price? = fields.optional("last")
        let isHalted = fields.optional("is_halted") { $0.bool }
        guard let at: Timestamp = fields.required("at"), fields.isDone else { return nil }
        self.init(
            symbol: symbol, bid: bid, ask: ask, bidSize: bidSize, askSize: askSize, last: last, isHalted: isHalted,
            at: at)
    }
}

extension Bar: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("start", start)
        writer.field("period", period)
        writer.field("open", open)
        writer.field("high", high)
        writer.field("low", low)
        writer.field("close", close)
        writer.field("volume", volume)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let symbol: Symbol = fields.required("symbol"),
            let start: Timestamp = fields.required("start"), let period: TimeSpan = fields.required("period"),
            let open: Price = fields.required("open"), let high: Price = fields.required("high"),
            let low: Price = fields.required("low"), let close: Price = fields.required("close"),
            let volume: Quantity = fields.required("volume"), fields.isDone
        else { return nil }
        self.init(
            symbol: symbol, start: start, period: period, open: open, high: high, low: low, close: close, volume: volume
        )
    }
}

extension Recommendation: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("advice", advice)
        writer.field("urgency", urgency)
        writer.field("reason", reason)
        writer.field("evidence", evidence)
        writer.field("confidence", confidence)
        writer.field("valid_until", validUntil)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        let symbol: Symbol? = fields.optional("symbol")
        guard let advice: Advice = fields.required("advice"), let urgency: Urgency = fields.required("urgency"),
            let reason = fields.take("reason")?.string
        else { return nil }
        let evidence = fields.optional("evidence") { $0.array(of: Evidence.self) }
        let confidence: Ratio? = fields.optional("confidence")
        let validUntil: Timestamp? = fields.optional("valid_until")
        guard fields.isDone else { return nil }
        self.init(
            symbol: symbol, advice: advice, urgency: urgency, reason: reason, evidence: evidence,
            confidence: confidence,
            validUntil: validUntil)
    }
}

extension Evidence: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("value", value)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let name = fields.take("name")?.string,
            let value = fields.take("value")?.string, fields.isDone
        else { return nil }
        self.init(name, value)
    }
}

extension JSONWriter {
    package mutating func object(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.key(key)
        beginObject()
        body(&self)
        endObject()
    }
}
