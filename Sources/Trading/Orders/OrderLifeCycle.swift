/// The whole life of an order as ONE table: (status, event) -> what follows. Everything that changes an order's status
/// goes through here; what the table does not name is refused (I-ORD-1 to I-ORD-5 in docs/invariants.md).
public enum OrderLifeCycle {
    public enum Transition: Hashable, Sendable {
        /// The order is in this status now.
        case to(OrderStatus)
        /// True, but the status does not change (a repeated report, a late fill of a canceled order).
        case stay
        /// The pending request failed: back to the status before it.
        case restore
        /// Cannot happen; reported, and the broker is asked.
        case refused
    }

    public static func transition(_ status: OrderStatus, _ event: OrderEvent) -> Transition {
        switch status {
        case .pendingNew, .unknown: inDoubt(status, event)
        case .accepted, .new, .held, .partiallyFilled, .suspended, .stopped, .calculated, .doneForDay:
            live(status, event)
        case .pendingCancel, .pendingReplace: pending(status, event)
        case .filled, .canceled, .expired, .replaced, .rejected: ended(status, event)
        }
    }

    /// Sent and unanswered, or lost from sight: any report of the broker settles it.
    private static func inDoubt(_ status: OrderStatus, _ event: OrderEvent) -> Transition {
        switch event {
        case .timedOut: .to(.unknown)
        case .cancelRequested, .replaceRequested: .refused
        case .cancelRejected, .replaceRejected: status == .unknown ? .restore : .refused
        case .restated: status == .unknown ? .restore : .to(.new)
        case .notFound: .to(.rejected)
        default: word(of: event)
        }
    }

    private static func live(_ status: OrderStatus, _ event: OrderEvent) -> Transition {
        switch event {
        case .cancelRequested: .to(.pendingCancel)
        case .replaceRequested: status == .held ? .refused : .to(.pendingReplace)
        case .cancelRejected, .replaceRejected, .restated: .stay
        case .timedOut, .notFound: .to(.unknown)
        case .accepted: .stay
        case .new:
            switch status {
            case .accepted, .held, .suspended, .doneForDay, .calculated: .to(.new)
            case .new, .partiallyFilled, .stopped: .stay
            default: .refused
            }
        case .held: status == .accepted || status == .held ? .to(.held) : .refused
        default: word(of: event)
        }
    }

    /// A cancel or a replacement of ours is under way.
    private static func pending(_ status: OrderStatus, _ event: OrderEvent) -> Transition {
        switch event {
        case .cancelRequested: .refused
        case .replaceRequested: .refused
        case .pendingCancel: .to(.pendingCancel)
        case .pendingReplace: status == .pendingReplace ? .stay : .refused
        case .cancelRejected: status == .pendingCancel ? .restore : .refused
        case .replaceRejected: status == .pendingReplace ? .restore : .refused
        case .restated: status == .pendingReplace ? .restore : .stay
        case .accepted, .new, .held, .suspended, .stopped, .calculated, .doneForDay, .partialFill: .stay
        case .timedOut: .to(.unknown)
        case .notFound: .to(.unknown)
        default: word(of: event)
        }
    }

    /// Over. A late fill still books, and turns a canceled order into a filled one when it completes it.
    private static func ended(_ status: OrderStatus, _ event: OrderEvent) -> Transition {
        switch event {
        case .partialFill: status == .filled ? .refused : .stay
        case .fill: status == .filled ? .stay : .to(.filled)
        case .cancelRequested, .replaceRequested: .refused
        case .canceled: status == .canceled || status == .filled || status == .replaced ? .stay : .refused
        case .expired: status == .expired ? .stay : .refused
        case .replaced: status == .replaced ? .stay : .refused
        case .rejected: status == .rejected ? .stay : .refused
        // It was given up, and lives: never to be ignored.
        case .accepted, .new, .held: status == .rejected ? .refused : .stay
        case .pendingCancel, .cancelRejected, .pendingReplace, .replaceRejected, .restated,
            .suspended, .stopped, .calculated, .doneForDay, .timedOut, .notFound:
            .stay
        }
    }

    /// Where a broker's plain report leads from any state that is not over.
    private static func word(of event: OrderEvent) -> Transition {
        switch event {
        case .accepted: .to(.accepted)
        case .new: .to(.new)
        case .held: .to(.held)
        case .partialFill: .to(.partiallyFilled)
        case .fill: .to(.filled)
        case .pendingCancel: .to(.pendingCancel)
        case .canceled: .to(.canceled)
        case .expired: .to(.expired)
        case .pendingReplace: .to(.pendingReplace)
        case .replaced: .to(.replaced)
        case .rejected: .to(.rejected)
        case .suspended: .to(.suspended)
        case .stopped: .to(.stopped)
        case .calculated: .to(.calculated)
        case .doneForDay: .to(.doneForDay)
        case .cancelRequested, .cancelRejected, .replaceRequested, .replaceRejected, .restated, .timedOut,
            .notFound:
            .refused
        }
    }
}
