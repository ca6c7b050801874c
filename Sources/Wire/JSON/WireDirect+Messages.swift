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

extension Advice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .protect(let stop): writer.field("protect", stop)
        case .resetStop(let stop): writer.field("reset_stop", stop)
        case .takePartial(let fraction, let rung):
            writer.object("take_partial") { writer in
                writer.field("fraction", fraction)
                writer.field("rung", rung)
            }
        case .exit: writer.object("exit") { _ in }
        case .reduceTo(let quantity): writer.object("reduce_to") { $0.field("quantity", quantity) }
        case .reduceToWeight(let weight): writer.object("reduce_to_weight") { $0.field("weight", weight) }
        case .target(let price): writer.object("target") { $0.field("price", price) }
        case .enter(let entry): writer.field("enter", entry)
        case .hold: writer.object("hold") { _ in }
        case .veto: writer.object("veto") { _ in }
        case .release: writer.object("release") { _ in }
        }
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        if let value = value.only("protect") {
            guard let stop = ProtectiveStop(wire: value) else { return nil }
            self = .protect(stop)
        } else if let value = value.only("reset_stop") {
            guard let stop = ProtectiveStop(wire: value) else { return nil }
            self = .resetStop(stop)
        } else if let value = value.only("enter") {
            guard let entry = Entry(wire: value) else { return nil }
            self = .enter(entry)
        } else if let value = value.only("take_partial") {
            guard var fields = value.fields, let fraction: Ratio = fields.required("fraction"),
                let rung = fields.take("rung")?.string, fields.isDone
            else { return nil }
            self = .takePartial(fraction: fraction, rung: rung)
        } else if let value = value.only("reduce_to") {
            guard var fields = value.fields, let quantity: Quantity = fields.required("quantity"), fields.isDone else {
                return nil
            }
            self = .reduceTo(quantity: quantity)
        } else if let value = value.only("target") {
            guard var fields = value.fields, let price: Price = fields.required("price"), fields.isDone else {
                return nil
            }
            self = .target(price: price)
        } else {
            self.init(plain: value)
        }
    }

    /// The cases without a value. The one that is left goes the ordinary way.
    private init?(plain value: WireValue) {
        for (name, advice) in [("hold", .hold), ("exit", .exit), ("veto", .veto), ("release", .release)]
            as [(StaticString, Advice)]
        {
            guard let value = value.only(name) else { continue }
            guard value.fields?.isDone == true else { return nil }
            self = advice
            return
        }
        return nil
    }
}

extension ProtectiveStop: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("stop_price", stopPrice)
        writer.field("limit_price", limitPrice)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let stopPrice: Price = fields.required("stop_price") else { return nil }
        let limitPrice: Price? = fields.optional("limit_price")
        guard fields.isDone else { return nil }
        self.init(stopPrice: stopPrice, limitPrice: limitPrice)
    }
}

extension Entry: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("side", side)
        writer.field("quantity", quantity)
        writer.field("limit_price", limitPrice)
        writer.field("stop", stop)
        writer.field("target", target)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let side: Side = fields.required("side"),
            let quantity: Quantity = fields.required("quantity")
        else { return nil }
        let limitPrice: Price? = fields.optional("limit_price")
        guard let stop: ProtectiveStop = fields.required("stop") else { return nil }
        let target: Price? = fields.optional("target")
        guard fields.isDone else { return nil }
        self.init(side: side, quantity: quantity, limitPrice: limitPrice, stop: stop, target: target)
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
