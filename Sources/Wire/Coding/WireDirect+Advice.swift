import JSON
import Trading

// What policies recommend: the words of the vocabulary.

extension Advice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .protect(let stop): writer.field("protect", stop)
        case .resetStop(let stop): writer.field("reset_stop", stop)
        case .takePartial(let part): writer.field("take_partial", part)
        case .exit: writer.object("exit") { _ in }
        case .reduceTo(let quantity): writer.object("reduce_to") { $0.field("quantity", quantity) }
        case .reduceToWeight(let weight): writer.object("reduce_to_weight") { $0.field("weight", weight) }
        case .reduceExposure(let exposure): writer.field("reduce_exposure", exposure)
        case .target(let target): writer.field("target", target)
        case .enter(let entry): writer.field("enter", entry)
        case .advise(let advisory): writer.field("advise", advisory)
        case .hold: writer.object("hold") { _ in }
        case .veto: writer.object("veto") { _ in }
        case .release: writer.object("release") { _ in }
        }
        writer.endObject()
    }

    /// What is left goes the ordinary way.
    package init?(wire value: WireValue) {
        if let value = value.only("protect") {
            guard let stop = StopAdvice(wire: value) else { return nil }
            self = .protect(stop)
        } else if let value = value.only("reset_stop") {
            guard let stop = StopAdvice(wire: value) else { return nil }
            self = .resetStop(stop)
        } else if let value = value.only("enter") {
            guard let entry = EntryAdvice(wire: value) else { return nil }
            self = .enter(entry)
        } else if let value = value.only("take_partial") {
            guard let part = PartialAdvice(wire: value) else { return nil }
            self = .takePartial(part)
        } else if let value = value.only("target") {
            guard let target = TargetAdvice(wire: value) else { return nil }
            self = .target(target)
        } else {
            self.init(plain: value)
        }
    }

    /// The rarer ones, and the cases without a value.
    private init?(plain value: WireValue) {
        if let value = value.only("reduce_exposure") {
            guard let exposure = ExposureAdvice(wire: value) else { return nil }
            self = .reduceExposure(exposure)
            return
        }
        if let value = value.only("advise") {
            guard let advisory = AdvisoryAdvice(wire: value) else { return nil }
            self = .advise(advisory)
            return
        }
        if let value = value.only("reduce_to") {
            guard var fields = value.fields, let quantity: Quantity = fields.required("quantity"), fields.isDone else {
                return nil
            }
            self = .reduceTo(quantity: quantity)
            return
        }
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

extension StopAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("stop_price", stopPrice)
        writer.field("limit_price", limitPrice)
        writer.field("distance", distance)
        writer.field("from", from)
        writer.field("limit_offset", limitOffset)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        self.init(
            stopPrice: fields.optional("stop_price"), limitPrice: fields.optional("limit_price"),
            distance: fields.optional("distance"), from: fields.optional("from"),
            limitOffset: fields.optional("limit_offset"))
        guard fields.isDone else { return nil }
    }
}

extension Distance: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .price(let amount): writer.field("price", amount)
        case .percent(let share): writer.field("percent", share)
        case .atr(let multiple, let indicator):
            writer.object("atr") { writer in
                writer.field("multiple", multiple)
                writer.field("indicator", indicator)
            }
        case .r(let multiple): writer.field("r", multiple)
        }
        writer.endObject()
    }

    /// One in average true ranges goes the ordinary way.
    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        if let share: Ratio = fields.optional("percent") {
            self = .percent(share)
        } else if let multiple: Ratio = fields.optional("r") {
            self = .r(multiple)
        } else if let amount: Price = fields.optional("price") {
            self = .price(amount)
        } else {
            return nil
        }
        guard fields.isDone else { return nil }
    }
}

extension TargetAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("price", price)
        writer.field("distance", distance)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        if let price: Price = fields.optional("price") {
            self.init(price: price)
        } else if let distance: Distance = fields.optional("distance") {
            self.init(distance: distance)
        } else {
            return nil
        }
        guard fields.isDone else { return nil }
    }
}

extension PartialAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("fraction", fraction)
        writer.field("quantity", quantity)
        writer.field("rung", rung)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        let fraction: Ratio? = fields.optional("fraction")
        let quantity: Quantity? = fields.optional("quantity")
        guard let rung = fields.take("rung")?.string, fields.isDone else { return nil }
        switch (fraction, quantity) {
        case (let fraction?, nil): self.init(fraction: fraction, rung: rung)
        case (nil, let quantity?): self.init(quantity: quantity, rung: rung)
        default: return nil
        }
    }
}

extension ExposureAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("gross_weight", grossWeight)
        writer.field("rule", rule)
        writer.field("symbols", symbols)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let weight: Ratio = fields.required("gross_weight"),
            let rule: Rule = fields.required("rule")
        else { return nil }
        self.init(
            grossWeight: weight, rule: rule, symbols: fields.optional("symbols") { $0.array(of: Symbol.self) })
        guard fields.isDone else { return nil }
    }
}

extension AdvisoryAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("value", value)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let name = fields.take("name")?.string,
            let value: Ratio = fields.required("value"), fields.isDone
        else { return nil }
        self.init(name: name, value: value)
    }
}

extension EntryAdvice: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("side", side)
        writer.field("quantity", quantity)
        writer.field("notional", notional)
        writer.field("risk", risk)
        writer.field("limit_price", limitPrice)
        writer.field("stop", stop)
        writer.field("target", target)
        writer.field("target_distance", targetDistance)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let side: Side = fields.required("side") else { return nil }
        let quantity: Quantity? = fields.optional("quantity")
        let notional: Money? = fields.optional("notional")
        let risk: Ratio? = fields.optional("risk")
        let limitPrice: Price? = fields.optional("limit_price")
        guard let stop: StopAdvice = fields.required("stop") else { return nil }
        self.init(
            side: side, quantity: quantity, notional: notional, risk: risk, limitPrice: limitPrice, stop: stop,
            target: fields.optional("target"), targetDistance: fields.optional("target_distance"))
        guard fields.isDone else { return nil }
    }
}
