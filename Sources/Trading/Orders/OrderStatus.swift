/// Where an order is in its life. The states of real brokers (Alpaca Trading API v2, FIX tag 39), and `unknown`.
public enum OrderStatus: String, Sendable, Codable, CaseIterable {
    /// Sent; nobody has answered yet.
    case pendingNew = "pending_new"
    /// The broker has it, the venue does not yet.
    case accepted
    /// Working at the venue.
    case new
    /// A leg that waits for its entry to fill.
    case held
    case partiallyFilled = "partially_filled"
    case pendingCancel = "pending_cancel"
    case pendingReplace = "pending_replace"
    /// Trading in it is interrupted; it still exists.
    case suspended
    /// A fill is guaranteed and not yet reported.
    case stopped
    /// Closed for the day; settlement figures are pending.
    case calculated
    /// Rests on the next trading day.
    case doneForDay = "done_for_day"
    /// We do not know whether it exists. Only the broker's report ends this.
    case unknown
    case filled
    case canceled
    case expired
    case replaced
    case rejected

    /// Nothing more is expected, though a late fill can still arrive.
    public var isTerminal: Bool {
        switch self {
        case .filled, .canceled, .expired, .replaced, .rejected: true
        case .pendingNew, .accepted, .new, .held, .partiallyFilled, .pendingCancel, .pendingReplace, .suspended,
            .stopped, .calculated, .doneForDay, .unknown:
            false
        }
    }

    /// A request of ours is under way, or its outcome is unknown: nothing else may be done on the symbol.
    public var isInFlight: Bool {
        switch self {
        case .pendingNew, .pendingCancel, .pendingReplace, .unknown: true
        case .accepted, .new, .held, .partiallyFilled, .suspended, .stopped, .calculated, .doneForDay, .filled,
            .canceled, .expired, .replaced, .rejected:
            false
        }
    }

    /// The venue executes it when the market comes to it. What is suspended, waits for its entry, or is done for the day
    /// exists and executes nothing; of one that was sent and not confirmed nobody knows.
    public var isExecutable: Bool {
        switch self {
        case .accepted, .new, .partiallyFilled, .pendingCancel, .pendingReplace, .stopped: true
        case .pendingNew, .held, .suspended, .calculated, .doneForDay, .unknown, .filled, .canceled, .expired,
            .replaced, .rejected:
            false
        }
    }

    @available(*, deprecated, renamed: "isInFlight") public var isInDoubt: Bool { isInFlight }
}

/// What can happen to an order: a request of ours, or a broker's report.
public enum OrderEvent: String, Sendable, Codable, CaseIterable {
    case accepted
    case new
    case held
    case partialFill = "partial_fill"
    case fill
    /// We asked for a cancel.
    case cancelRequested = "cancel_requested"
    case pendingCancel = "pending_cancel"
    case cancelRejected = "cancel_rejected"
    case canceled
    case expired
    /// We asked for a replacement.
    case replaceRequested = "replace_requested"
    case pendingReplace = "pending_replace"
    case replaceRejected = "replace_rejected"
    case replaced
    /// Works on with other terms: a replacement in place, or a leg that shrank with its sibling (FIX ExecType D).
    case restated
    case rejected
    case suspended
    case stopped
    case calculated
    case doneForDay = "done_for_day"
    /// No answer within the limit.
    case timedOut = "timed_out"
    /// The broker says that it never had this order.
    case notFound = "not_found"
}

extension OrderEvent {
    /// The core alone says it: it asked for something, or draws a conclusion from an answer or its absence.
    public var isOurs: Bool {
        switch self {
        case .cancelRequested, .replaceRequested, .timedOut, .notFound: true
        case .accepted, .new, .held, .partialFill, .fill, .pendingCancel, .cancelRejected, .canceled, .expired,
            .pendingReplace, .replaceRejected, .replaced, .restated, .rejected, .suspended, .stopped, .calculated,
            .doneForDay:
            false
        }
    }
}
