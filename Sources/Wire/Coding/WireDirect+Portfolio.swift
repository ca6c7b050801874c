import JSON
import Trading

// The sections of the snapshot that not every policy asks for.

extension PortfolioView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("gross_weight", grossWeight)
        writer.field("net_weight", netWeight)
        writer.field("largest_weight", largestWeight)
        writer.field("concentration", concentration)
        writer.field("open_risk", openRisk)
        writer.field("drawdown", drawdown)
        writer.field("day_return", dayReturn)
        writer.field("sectors", sectors)
        writer.field("correlation", correlation)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let gross: Ratio = fields.required("gross_weight"),
            let net: Ratio = fields.required("net_weight"), let largest: Ratio = fields.required("largest_weight"),
            let concentration: Ratio = fields.required("concentration"),
            let openRisk: Ratio = fields.required("open_risk"), let drawdown: Ratio = fields.required("drawdown"),
            let dayReturn: Ratio = fields.required("day_return"),
            let sectors = fields.take("sectors")?.array(of: SectorView.self)
        else { return nil }
        self.init(
            grossWeight: gross, netWeight: net, largestWeight: largest, concentration: concentration,
            openRisk: openRisk, drawdown: drawdown, dayReturn: dayReturn, sectors: sectors,
            correlation: fields.optional("correlation"))
        guard fields.isDone else { return nil }
    }
}

extension SectorView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("gross_weight", grossWeight)
        writer.field("net_weight", netWeight)
        writer.field("symbols", symbols)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let name = fields.take("name")?.string,
            let gross: Ratio = fields.required("gross_weight"), let net: Ratio = fields.required("net_weight"),
            let symbols = fields.take("symbols")?.array(of: Symbol.self), fields.isDone
        else { return nil }
        self.init(name: name, grossWeight: gross, netWeight: net, symbols: symbols)
    }
}

extension CorrelationView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("period", period)
        writer.field("length", length)
        writer.field("symbols", symbols)
        writer.key("rows")
        writer.beginArray()
        for row in rows {
            writer.beginArray()
            for value in row { value.write(to: &writer) }
            writer.endArray()
        }
        writer.endArray()
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let period: TimeSpan = fields.required("period"),
            let length = fields.take("length")?.integer,
            let symbols = fields.take("symbols")?.array(of: Symbol.self),
            let rows = fields.take("rows")?.rows(of: Ratio.self), fields.isDone
        else { return nil }
        self.init(period: period, length: length, symbols: symbols, rows: rows)
    }
}

extension HistoryItem: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("at", at)
        writer.field("kind", kind)
        writer.field("symbol", symbol)
        writer.field("decision", decision)
        writer.field("words", words)
        writer.field("locked_in", lockedIn)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let at: Timestamp = fields.required("at"),
            let kind: Kind = fields.required("kind")
        else { return nil }
        let symbol: Symbol? = fields.optional("symbol")
        let decision: DecisionID? = fields.optional("decision")
        guard let words = fields.take("words")?.string else { return nil }
        self.init(
            at: at, kind: kind, symbol: symbol, decision: decision, words: words,
            lockedIn: fields.optional("locked_in"))
        guard fields.isDone else { return nil }
    }
}

extension Advisory: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("policy", policy)
        writer.field("symbol", symbol)
        writer.field("name", name)
        writer.field("value", value)
        writer.field("reason", reason)
        writer.field("at", at)
        writer.field("valid_until", validUntil)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let policy: PluginName = fields.required("policy") else { return nil }
        let symbol: Symbol? = fields.optional("symbol")
        guard let name = fields.take("name")?.string, let value: Ratio = fields.required("value"),
            let reason = fields.take("reason")?.string, let at: Timestamp = fields.required("at"),
            let validUntil: Timestamp = fields.required("valid_until"), fields.isDone
        else { return nil }
        self.init(
            policy: policy, symbol: symbol, name: name, value: value, reason: reason, at: at, validUntil: validUntil)
    }
}

// MARK: - Of the market

extension DayView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("open", open)
        writer.field("high", high)
        writer.field("low", low)
        writer.field("volume", volume)
        writer.field("previous_close", previousClose)
        writer.field("vwap", vwap)
        writer.field("gap", gap)
        writer.field("distance_to_vwap", distanceToVWAP)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let open: Price = fields.required("open"),
            let high: Price = fields.required("high"), let low: Price = fields.required("low"),
            let volume: Quantity = fields.required("volume")
        else { return nil }
        self.init(
            open: open, high: high, low: low, volume: volume, previousClose: fields.optional("previous_close"),
            vwap: fields.optional("vwap"), gap: fields.optional("gap"),
            distanceToVWAP: fields.optional("distance_to_vwap"))
        guard fields.isDone else { return nil }
    }
}

extension BarSeries: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("period", period)
        writer.field("bars", bars)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let period: TimeSpan = fields.required("period"),
            let bars = fields.take("bars")?.array(of: Bar.self), fields.isDone
        else { return nil }
        self.init(period: period, bars: bars)
    }
}

extension IndicatorValue: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("indicator", indicator)
        switch figure {
        case .price(let price): writer.field("price", price)
        case .ratio(let ratio): writer.field("ratio", ratio)
        }
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let indicator: Indicator = fields.required("indicator") else { return nil }
        if let price: Price = fields.optional("price") {
            self.init(indicator: indicator, figure: .price(price))
        } else if let ratio: Ratio = fields.optional("ratio") {
            self.init(indicator: indicator, figure: .ratio(ratio))
        } else {
            return nil
        }
        guard fields.isDone else { return nil }
    }
}

extension WireValue {
    /// Nil unless it is an array of arrays of which every element can be read.
    fileprivate func rows<Element: WireDirect>(of type: Element.Type) -> [[Element]]? {
        guard kind == .array else { return nil }
        var rows: [[Element]] = []
        for part in decoding.tape.parts(of: token) {
            guard let row = WireValue(decoding: decoding, token: part).array(of: type) else { return nil }
            rows.append(row)
        }
        return rows
    }
}
