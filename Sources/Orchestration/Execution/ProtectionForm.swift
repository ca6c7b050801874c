import Trading

/// How protection is sent for a symbol: as it is planned, or in a simpler form that the broker takes after it has refused
/// the others. It is learned from refusals, where the broker declares nothing.
package enum ProtectionForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// With its target in one group, where there is one.
    case planned
    /// The stop alone; the core watches the target.
    case alone
    /// For whole shares only.
    case wholeShares = "whole_shares"
    /// A stop-limit in place of the plain stop, with room.
    case stopLimit = "stop_limit"
    /// Both.
    case wholeStopLimit = "whole_stop_limit"

    /// The next simpler one that would be another order than the one that was refused; nil when there is none.
    func next(after order: Order, _ capabilities: BrokerCapabilities) -> ProtectionForm? {
        let types = capabilities.orderTypes(of: order.symbol)
        let later = Self.allCases.drop { $0 != self }.dropFirst()
        let hasParts = order.terms.quantity > .one && !order.terms.quantity.isMultiple(of: .one)
        let mayHaveLimit = types.contains(.stop) && types.contains(.stopLimit)
        return later.first { form in
            switch form {
            case .planned: false
            case .alone: order.groupKind == .oco
            case .wholeShares: hasParts
            case .stopLimit: mayHaveLimit && order.terms.type != .stopLimit
            case .wholeStopLimit: mayHaveLimit && hasParts
            }
        }
    }

    var isWhole: Bool { self == .wholeShares || self == .wholeStopLimit }
    fileprivate var isLimited: Bool { self == .stopLimit || self == .wholeStopLimit }
}

extension BrokerCapabilities {
    /// What can be planned with for this symbol, after what refusals have shown. Of other symbols it says nothing.
    func adapted(to form: ProtectionForm, of symbol: Symbol) -> BrokerCapabilities {
        guard form != .planned else { return self }
        var rule = AssetRule(
            symbol: symbol, priceIncrement: priceIncrement(of: symbol),
            quantityIncrement: quantityIncrement(of: symbol), minimumQuantity: minimumQuantity(of: symbol))
        rule.minimumNotional = minimumNotional(of: symbol)
        rule.orderTypes = orderTypes(of: symbol).filter { !form.isLimited || $0 != .stop }
        rule.groups = groups(of: symbol).filter { $0 != .oco }
        rule.quantityIncrements = OrderType.allCases.map { type in
            let step = quantityIncrement(of: symbol, in: type)
            return TypeIncrement(type: type, quantityIncrement: form.isWhole && type.isStop ? max(step, .one) : step)
        }
        return with(self) { $0.assets = [rule] }
    }
}
