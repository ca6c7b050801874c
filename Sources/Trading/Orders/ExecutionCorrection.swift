/// The broker takes an execution back (a bust), or says that it was another one. Since protocol 1.2.
public struct ExecutionCorrection: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    /// The execution that does not count any more.
    public var executionID: ExecutionID
    /// What counts in its place; nil for nothing.
    public var corrected: Corrected?
    public var reason: String?
    public var at: Timestamp

    /// An execution as it is after all.
    public struct Corrected: Sendable, Hashable, Codable {
        /// Its own, or that of the first.
        public var executionID: ExecutionID
        public var quantity: Quantity
        public var price: Price
        public var fees: Money?
        public var taxes: Money?

        public init(
            executionID: ExecutionID, quantity: Quantity, price: Price, fees: Money? = nil, taxes: Money? = nil
        ) {
            self.executionID = executionID
            self.quantity = quantity
            self.price = price
            self.fees = fees
            self.taxes = taxes
        }
    }

    public init(
        clientOrderID: ClientOrderID, executionID: ExecutionID, corrected: Corrected? = nil, reason: String? = nil,
        at: Timestamp
    ) {
        self.clientOrderID = clientOrderID
        self.executionID = executionID
        self.corrected = corrected
        self.reason = reason
        self.at = at
    }

    /// Why it cannot be true of any execution, or nil.
    public var defect: ReportDefect? {
        guard let corrected else { return nil }
        if !corrected.price.isPositive { return .priceNotPositive(corrected.price) }
        if !corrected.quantity.isPositive { return .quantityNotPositive(corrected.quantity) }
        return nil
    }
}
