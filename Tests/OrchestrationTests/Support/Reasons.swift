import Orchestration
import Trading

// What a test asks of a reason when not all of its figures are the point.

extension AlertReason {
    /// Why the risk gate refused; nil for what it did not.
    package var gateRefusal: GateRefusal? { if case .refusedByRiskGate(_, let why) = self { why } else { nil } }

    /// Why nothing is sent for a position without a stop; nil where something is, and for another reason.
    package var nothingSent: NothingSent? {
        if case .unprotected(_, for: _, let nothingSent) = self { nothingSent } else { nil }
    }
}

extension DispositionReason {
    /// Why the advice cannot be followed; nil where it can.
    package var defect: AdviceDefect? { if case .defect(let defect) = self { defect } else { nil } }
}

extension ActionSummary {
    /// A sale or purchase at market that closes a position or a part of it.
    package var isClose: Bool {
        switch self {
        case .close, .closeAtLimit: true
        default: false
        }
    }
}
