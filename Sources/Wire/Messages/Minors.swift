import Trading

/// A body of which an earlier minor of the protocol does not know all: what it could fall over is not said to it.
package protocol MinorDependent: Encodable {
    /// The same for a peer that speaks this minor; nil when it cannot be said there at all.
    func spoken(inMinor minor: Int64) -> Self?
}

extension ProtocolVersion {
    /// Fees and taxes of executions, movements of cash, corrections of executions, other symbols and spin-offs, rows that are
    /// left out.
    package static let minorOfCashFlows: Int64 = 2

    /// Of a header's `v`; nil for what is no version.
    package static func minor(of version: String) -> Int64? {
        version.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first.flatMap { Int64($0) }
    }
}

extension ExecutionReport: MinorDependent {
    package func spoken(inMinor minor: Int64) -> ExecutionReport? {
        guard minor < ProtocolVersion.minorOfCashFlows else { return self }
        var report = self
        (report.fees, report.taxes) = (nil, nil)
        return report
    }
}

extension OrderAnswer: MinorDependent {
    package func spoken(inMinor minor: Int64) -> OrderAnswer? {
        var answer = self
        answer.executions = executions.compactMap { $0.spoken(inMinor: minor) }
        return answer
    }
}

extension BrokerState: MinorDependent {
    package func spoken(inMinor minor: Int64) -> BrokerState? {
        guard minor < ProtocolVersion.minorOfCashFlows else { return self }
        var state = self
        (state.leftOut, state.cashMovements) = (nil, nil)
        return state
    }
}

extension CashMovement: MinorDependent {
    package func spoken(inMinor minor: Int64) -> CashMovement? {
        minor < ProtocolVersion.minorOfCashFlows ? nil : self
    }
}

extension ExecutionCorrection: MinorDependent {
    package func spoken(inMinor minor: Int64) -> ExecutionCorrection? {
        minor < ProtocolVersion.minorOfCashFlows ? nil : self
    }
}

extension MarketUpdate: MinorDependent {
    package func spoken(inMinor minor: Int64) -> MarketUpdate? {
        guard minor < ProtocolVersion.minorOfCashFlows, let actions = corporateActions else { return self }
        var update = self
        let known = actions.filter(\.kind.isOfFirstMinors)
        update.corporateActions = known.isEmpty ? nil : known
        return update
    }
}

extension CorporateAction.Kind {
    fileprivate var isOfFirstMinors: Bool {
        switch self {
        case .split, .dividend: true
        case .symbolChange, .spinOff: false
        }
    }
}
