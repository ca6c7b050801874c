import JSON
import Trading

// What is one string on the wire.

extension Price: WireDirect {}
extension Quantity: WireDirect {}
extension Money: WireDirect {}
extension Ratio: WireDirect {}

extension ScaledInteger {
    package func write(to writer: inout JSONWriter) { writer.decimal(units, decimals: Self.decimals) }

    package init?(wire value: WireValue) {
        guard let units = value.text({ JSONDigits.units($0, decimals: Self.decimals) }) else { return nil }
        self.init(units: units)
    }
}

extension Timestamp: WireDirect {
    package func write(to writer: inout JSONWriter) { writer.quoted(nanoseconds) }

    package init?(wire value: WireValue) {
        guard let nanoseconds = value.text(JSONDigits.nanoseconds) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}

extension TimeSpan: WireDirect {
    package func write(to writer: inout JSONWriter) { writer.quoted(nanoseconds) }

    package init?(wire value: WireValue) {
        guard let nanoseconds = value.text(JSONDigits.nanoseconds) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}

extension Symbol: WireDirect {
    package func write(to writer: inout JSONWriter) { writer.string(text) }

    package init?(wire value: WireValue) {
        guard let text = value.string else { return nil }
        do { try self.init(text) } catch { return nil }
    }
}

extension Indicator: WireDirect {
    package func write(to writer: inout JSONWriter) { writer.string(description) }

    package init?(wire value: WireValue) {
        guard let text = value.string else { return nil }
        do { try self.init(text) } catch { return nil }
    }
}

extension AccountID: WireDirect {}
extension ClientOrderID: WireDirect {}
extension BrokerOrderID: WireDirect {}
extension ExecutionID: WireDirect {}
extension CashMovementID: WireDirect {}
extension OrderGroupID: WireDirect {}
extension PluginName: WireDirect {}
extension DecisionID: WireDirect {}

extension Identifier {
    package func write(to writer: inout JSONWriter) { writer.string(text) }

    package init?(wire value: WireValue) {
        guard let text = value.string else { return nil }
        do { try self.init(text) } catch { return nil }
    }
}

extension Side: WireDirect {}
extension OrderType: WireDirect {}
extension TimeInForce: WireDirect {}
extension OrderGroupKind: WireDirect {}
extension OrderRole: WireDirect {}
extension OrderStatus: WireDirect {}
extension OrderEvent: WireDirect {}
extension Urgency: WireDirect {}
extension SessionPhase: WireDirect {}
extension TradingState: WireDirect {}
extension PriceReference: WireDirect {}
extension ExposureAdvice.Rule: WireDirect {}
extension HistoryItem.Kind: WireDirect {}
extension MessageType: WireDirect {}

extension RawRepresentable where RawValue == String {
    package func write(to writer: inout JSONWriter) { writer.string(rawValue) }

    package init?(wire value: WireValue) {
        guard let text = value.string else { return nil }
        self.init(rawValue: text)
    }
}

extension JSONDigits {
    /// One spelling for each: no zero in front, no minus before a zero.
    static func nanoseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let value = value(text) else { return nil }
        let first = text.first == ASCII.minus ? 1 : 0
        return text[first] == ASCII.zero && text.count > 1 ? nil : value
    }
}
