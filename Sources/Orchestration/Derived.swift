/// What is worked out of other parts of a state, and kept beside them so that nobody has to look for it again (I-CORE-11). It says
/// nothing that they do not say: it is not compared and not written down, and whoever reads a state works it out anew.
struct Derived<Value: Sendable>: Sendable, Hashable, RawRepresentable {
    var value: Value

    init(_ value: Value) { self.value = value }

    /// By which two of them are compared: they never differ.
    var rawValue: Bool { true }
    init?(rawValue: Bool) { return nil }
}

/// Counts the changes of a store, so that whoever has looked at a part of it sees later whether it is still the same, without
/// comparing it. It counts anew with every process, and nothing that is decided depends on it.
struct Stamps: Sendable {
    private var last: UInt64 = 0

    /// Of a change; none is 0.
    mutating func next() -> UInt64 {
        last += 1
        return last
    }
}
