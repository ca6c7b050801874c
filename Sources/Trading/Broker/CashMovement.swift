/// Cash that came or went by no execution. Since protocol 1.2.
public struct CashMovement: Sendable, Hashable, Codable {
    /// What it is; a word that is not known here is ``other``.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case deposit
        case withdrawal
        /// Of the shares of ``CashMovement/symbol``; negative for a short position.
        case dividend
        case interest
        case fee
        case tax
        case other

        public init(from decoder: any Decoder) throws {
            self = Self(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .other
        }

        /// It is a gain or a loss; else money was brought or taken away.
        public var isProfit: Bool {
            switch self {
            case .dividend, .interest, .fee, .tax: true
            case .deposit, .withdrawal, .other: false
            }
        }
    }

    /// The broker's, and never another one for the same movement. Told again with other figures, these take the place of
    /// the first; zero takes it back.
    public var id: CashMovementID
    public var kind: Kind
    /// What it does to the cash: negative when it goes out.
    public var amount: Money
    /// Whose shares it comes from.
    public var symbol: Symbol?
    /// For people.
    public var reason: String?
    /// When the cash changed.
    public var at: Timestamp

    public init(
        id: CashMovementID, kind: Kind, amount: Money, symbol: Symbol? = nil, reason: String? = nil, at: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.amount = amount
        self.symbol = symbol
        self.reason = reason
        self.at = at
    }

    /// Why it cannot be what it says, or nil.
    public var defect: CashDefect? {
        switch kind {
        case .deposit: amount.isNegative ? .wrongSign(kind, amount) : nil
        case .withdrawal: amount.isPositive ? .wrongSign(kind, amount) : nil
        case .dividend, .interest, .fee, .tax, .other: nil
        }
    }
}

/// Why a movement of cash cannot be what it says.
public enum CashDefect: Sendable, Hashable, Codable {
    /// A deposit that takes away, or a withdrawal that brings.
    case wrongSign(CashMovement.Kind, Money)
}
