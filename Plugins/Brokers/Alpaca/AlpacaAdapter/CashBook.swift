import AlpacaAPI
import Trading

/// Cash that came or went by no execution, as the core is told it, out of the account's activities.
///
/// An activity has a day, and at times the moment at which it was booked. Where it has none, the moment at which it was seen first
/// counts, but for those that were there before the first reading: these are of their day. It is kept, so that it stays the same.
package struct CashBook: Codable, Equatable, Sendable {
    /// Told, by the activity's id.
    private var movements: [CashMovementID: CashMovement] = [:]
    private var hasBegun = false

    package init() {}

    /// - Parameters:
    ///   - seen: by the clock of what the core is told.
    ///   - skew: by how much the venue's clock is ahead of that one.
    /// - Returns: what is new, or has changed.
    package mutating func take(
        _ activities: [Alpaca.NonTradeActivity], at seen: Timestamp, skew: TimeSpan
    ) -> [CashMovement] {
        defer { hasBegun = true }
        return activities.compactMap { activity in
            let day = hasBegun ? nil : activity.date.map { Timestamp(seconds: $0.daysSince1970 * 86_400) }
            let booked = (activity.createdAt ?? day).map { $0 + TimeSpan(nanoseconds: -skew.nanoseconds) }
            guard var movement = CashMovement(activity, at: min(booked ?? seen, seen)) else { return nil }
            if let known = movements[movement.id] { movement.at = known.at }
            guard movements[movement.id] != movement else { return nil }
            movements[movement.id] = movement
            return movement
        }
    }

    /// As they are listed beside the account's figures, oldest first.
    package var listed: [CashMovement] { movements.values.sorted { ($0.at, $0.id) < ($1.at, $1.id) } }

    /// Forgets what was seen before this time: the core has booked it long ago.
    package mutating func prune(before time: Timestamp) { movements = movements.filter { $0.value.at >= time } }
}

extension CashMovement {
    /// Nil where no cash was moved, or where the activity has no amount.
    init?(_ activity: Alpaca.NonTradeActivity, at seen: Timestamp) {
        guard let amount = activity.netAmount, let kind = Self.kind(activity.activityType.known, amount),
            let id = activity.id.said(as: CashMovementID.self)
        else { return nil }
        // What was taken back counts as nothing.
        let isUndone = activity.status == .known(.canceled)
        guard isUndone || !amount.isZero else { return nil }
        self.init(
            id: id, kind: kind, amount: isUndone ? .zero : amount, symbol: activity.symbol,
            reason: [activity.activityType.description, activity.details].compactMap { $0 }.joined(separator: ": "),
            at: seen)
    }

    /// nil for what is told otherwise: executions, and shares that come and go.
    private static func kind(_ type: Alpaca.ActivityType?, _ amount: Money) -> Kind? {
        switch type {
        case .fill: nil
        case .cashDeposit, .cashWithdrawal, .journal, .journalOfCash, .transferOfCash, .onChain:
            amount.isNegative ? .withdrawal : .deposit
        case .dividend, .dividendLongTermGain, .dividendShortTermGain, .dividendExempt, .dividendReturnOfCapital,
            .capitalGain:
            .dividend
        case .interest: .interest
        case .fee, .cryptoFee, .dividendFee, .passThroughCharge, .passThroughRebate: .fee
        case .dividendForeignTax, .dividendNonResident, .dividendWithheld, .interestNonResident, .interestWithheld: .tax
        case .transaction, .miscellaneous, .transferOfSecurities, .journalOfSecurities, .merger, .nameChange,
            .optionAssignment, .optionCorporateAction, .optionCashSettlement, .optionExercise, .optionExpiry,
            .optionTrade, .reorganization, .oldReorganization, .spinOff, .split, .freeOfPayment, .memoPost, nil:
            .other
        }
    }
}
