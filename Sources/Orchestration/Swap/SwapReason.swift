import Trading

/// What a step of a swap reports.
package enum SwapEvent: Sendable, Hashable, Codable {
    case refused(SwapRefusal)
    case began
    /// While draining: the old adapter goes on.
    case abandoned(PendingWork)
    case changed
    case rolledBack(why: SwapFailure?)
    case done
    case failed(why: SwapFailure?)
    case ended(SwapEnd)
}

/// Why a swap does not begin.
package enum SwapRefusal: Sendable, Hashable, Codable {
    case noBrokerConfigured
    case underWay(from: PluginName, to: PluginName)
    case notConfigured(PluginName, configured: [PluginName])
    case tradesAlready(PluginName)
}

/// What was still under way at the old adapter when the time to drain was over.
package enum PendingWork: Sendable, Hashable, Codable {
    case orders([OrderInStatus], after: TimeSpan)
    case queries(Int, after: TimeSpan)
}

package struct OrderInStatus: Sendable, Hashable, Codable {
    package var order: ClientOrderID
    package var status: OrderStatus
}

/// Why the new adapter does not trade.
package enum SwapFailure: Sendable, Hashable, Codable {
    case notReady(PluginName, within: TimeSpan)
    case notReconciled(PluginName, within: TimeSpan)
    /// It rested when the old one left.
    case unknownOrder(ClientOrderID, new: PluginName, old: PluginName)
    case position(symbol: Symbol, new: PluginName, newHas: Quantity, old: PluginName, oldHad: Quantity)
    case account(new: PluginName, theirs: AccountID, ours: AccountID)
    case capabilities(CapabilitiesDefect)
    /// Of what is held it can protect less than is protected now.
    case cannotProtect(Symbol, held: Quantity, protectable: Quantity, protected: Quantity)
    case gone(String)
    /// As the process that starts it put it.
    case notStarted(String)
}

/// How a swap ends without any adapter that trades.
package enum SwapEnd: Sendable, Hashable, Codable {
    case restartedBeforeLeaving(PluginName)
    case notConfigured(from: PluginName, to: PluginName)
    /// Neither of them is back.
    case oldNotBack(PluginName, new: PluginName, failure: SwapFailure?, within: TimeSpan)
}
