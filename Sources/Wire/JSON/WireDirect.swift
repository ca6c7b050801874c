import Trading

/// A value that is one string on the wire and goes there by itself, without the containers of Codable: what stands in
/// every message many times.
///
/// It owes the bytes that its `encode(to:)` would give, and the value that its `init(from:)` would read; `WireDirectTests`
/// compares them.
protocol WireDirect: WireSpecial, Codable {
    func write(to writer: inout JSONWriter)
    /// Nil for what is no such value, or is not simple to read: the ordinary way follows, and tells what is wrong.
    init?(wire text: UnsafeBufferPointer<UInt8>)

    /// The address is that of a value of this type; see ``WireWritable``.
    static func write(at address: UnsafeRawPointer, to writer: inout JSONWriter)
    /// The address is that of memory for a value, which holds one when this is true.
    static func read(_ text: UnsafeBufferPointer<UInt8>, into address: UnsafeMutableRawPointer) -> Bool
}

extension WireDirect {
    static func write(at address: UnsafeRawPointer, to writer: inout JSONWriter) {
        address.assumingMemoryBound(to: Self.self).pointee.write(to: &writer)
    }

    static func read(_ text: UnsafeBufferPointer<UInt8>, into address: UnsafeMutableRawPointer) -> Bool {
        guard let value = Self(wire: text) else { return false }
        address.initializeMemory(as: Self.self, to: value)
        return true
    }
}

extension Price: WireDirect {}
extension Quantity: WireDirect {}
extension Money: WireDirect {}
extension Ratio: WireDirect {}

extension ScaledInteger {
    func write(to writer: inout JSONWriter) { writer.decimal(units, decimals: Self.decimals) }

    init?(wire text: UnsafeBufferPointer<UInt8>) {
        guard let units = JSONDigits.units(text, decimals: Self.decimals) else { return nil }
        self.init(units: units)
    }
}

extension Timestamp: WireDirect {
    func write(to writer: inout JSONWriter) { writer.quoted(nanoseconds) }

    init?(wire text: UnsafeBufferPointer<UInt8>) {
        guard let value = JSONDigits.nanoseconds(text) else { return nil }
        self.init(nanoseconds: value)
    }
}

extension TimeSpan: WireDirect {
    func write(to writer: inout JSONWriter) { writer.quoted(nanoseconds) }

    init?(wire text: UnsafeBufferPointer<UInt8>) {
        guard let value = JSONDigits.nanoseconds(text) else { return nil }
        self.init(nanoseconds: value)
    }
}

extension Symbol: WireDirect {
    func write(to writer: inout JSONWriter) { writer.string(text) }

    init?(wire text: UnsafeBufferPointer<UInt8>) {
        do { try self.init(String(decoding: text, as: UTF8.self)) } catch { return nil }
    }
}

extension AccountID: WireDirect {}
extension ClientOrderID: WireDirect {}
extension BrokerOrderID: WireDirect {}
extension ExecutionID: WireDirect {}
extension OrderGroupID: WireDirect {}
extension PluginName: WireDirect {}
extension DecisionID: WireDirect {}

extension Identifier {
    func write(to writer: inout JSONWriter) { writer.string(text) }

    init?(wire text: UnsafeBufferPointer<UInt8>) {
        do { try self.init(String(decoding: text, as: UTF8.self)) } catch { return nil }
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
extension MessageType: WireDirect {}

extension RawRepresentable where RawValue == String {
    func write(to writer: inout JSONWriter) { writer.string(rawValue) }

    init?(wire text: UnsafeBufferPointer<UInt8>) { self.init(rawValue: String(decoding: text, as: UTF8.self)) }
}

extension JSONWriter {
    /// A whole number as a string.
    mutating func quoted(_ value: Int64) {
        beginText()
        JSONDigits.append(value, to: &bytes)
        endText()
    }

    /// A decimal number as a string: the shortest exact text.
    mutating func decimal(_ units: Int64, decimals: Int) {
        beginText()
        JSONDigits.append(units, decimals: decimals, to: &bytes)
        endText()
    }
}

extension JSONDigits {
    /// One spelling for each: no zero in front, no minus before a zero.
    static func nanoseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let value = value(text) else { return nil }
        let digits = text.first == ASCII.minus ? text.dropFirst() : text[...]
        return digits.first == ASCII.zero && text.count > 1 ? nil : value
    }
}
