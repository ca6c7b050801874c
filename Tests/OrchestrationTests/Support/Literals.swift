import Trading

// Amounts and names as literals: in tests only, where a malformed one may end the process.
extension Price: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Money: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Ratio: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension Quantity: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
    public init(integerLiteral count: Int64) { self.init(shares: count) }
}
extension Symbol: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension PluginName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension ClientOrderID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
extension AccountID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { try! self.init(text) }
}
