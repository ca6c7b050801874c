import JSON
import Trading

// What providers say.

extension MarketUpdate: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("at", at)
        writer.field("session", session)
        writer.field("corporate_actions", corporateActions)
        writer.field("conditions", conditions)
        writer.field("bars", bars)
        writer.field("quotes", quotes)
        writer.field("is_last", isLast)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let at: Timestamp = fields.required("at") else { return nil }
        let session: SessionPhase? = fields.optional("session")
        let actions = fields.optional("corporate_actions") { $0.array(of: CorporateAction.self) }
        let conditions = fields.optional("conditions") { $0.array(of: MarketCondition.self) }
        let bars = fields.optional("bars") { $0.array(of: Bar.self) }
        let quotes = fields.optional("quotes") { $0.array(of: Quote.self) }
        let isLast = fields.optional("is_last") { $0.bool }
        guard fields.isDone else { return nil }
        self.init(
            at: at, session: session, corporateActions: actions, conditions: conditions, bars: bars, quotes: quotes,
            isLast: isLast)
    }
}

extension MarketCondition: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("value", value)
        writer.field("at", at)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let name = fields.take("name")?.string,
            let value: Ratio = fields.required("value"), let at: Timestamp = fields.required("at"), fields.isDone
        else { return nil }
        self.init(name: name, value: value, at: at)
    }
}

extension CorporateAction: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id)
        writer.field("symbol", symbol)
        writer.key("kind")
        writer.beginObject()
        switch kind {
        case .split(let numerator, let denominator):
            writer.object("split") { writer in
                writer.field("numerator", numerator)
                writer.field("denominator", denominator)
            }
        case .dividend(let amount): writer.object("dividend") { $0.field("amount", amount) }
        case .symbolChange(let symbol, let numerator, let denominator):
            writer.object("symbol_change") { writer in
                writer.field("to", symbol)
                writer.field("numerator", numerator)
                writer.field("denominator", denominator)
            }
        case .spinOff(let symbol, let numerator, let denominator, let costShare):
            writer.object("spin_off") { writer in
                writer.field("to", symbol)
                writer.field("numerator", numerator)
                writer.field("denominator", denominator)
                writer.field("cost_share", costShare)
            }
        }
        writer.endObject()
        writer.field("effective_at", effectiveAt)
        writer.endObject()
    }

    /// They are rare, and go the ordinary way.
    package init?(wire value: WireValue) { return nil }
}
