import Orchestration
import Trading

extension Disposition {
    /// Why, as a person reads it.
    package var reason: String { why.words }
}

extension DispositionReason {
    package var words: String {
        switch self {
        case .validUntil(let time): "it was valid until \(time.inMilliseconds)"
        case .snapshotOvertaken:
            "it was made from a snapshot of before the position was adopted anew, split or opened; the next cycle asks again"
        case .symbolMode(let mode): mode.words
        case .awaitsApproval(let id, let until):
            "a person is asked first: bigbrother approve \(id), until \(until.inMilliseconds)"
        case .rejected(let id, let who): "\(who) has rejected \(id); it is asked anew when something else is wanted"
        case .defect(let defect): defect.words
        case .nothingHeld: "nothing is held"
        case .nothingAsked: "nothing is asked for"
        case .concernsPortfolio: "it concerns the portfolio, and is told there"
        case .wholePositionSold: "the whole position is being sold"
        default: stopWords ?? targetWords ?? reductionWords ?? entryWords ?? portfolioWords ?? "no reason"
        }
    }

    private var stopWords: String? {
        switch self {
        case .stopStandsBy: "the whole position is being sold; the stop stands by in case that fails"
        case .stopMoves(let from, let to):
            "the stop goes \(from.map { "from \($0.inCents) " } ?? "")to \(to.inCents)"
        case .stopAtCollar(let wanted, let price):
            "the stop wanted at \(wanted.inCents) is further from the market than the price collar; it is planned at the collar's edge, \(price.inCents)"
        case .tighterStopSet: "a tighter stop is set"
        case .moveTooSmall(let level, let standing, let until, let rule):
            "the \(level.rawValue) is planned at \(standing.inCents) already; it is moved \(until.words) and not for less (\(rule.key))"
        case .stopNoTighter(let standing): "the stop is planned at \(standing.inCents) already; this is no tighter"
        case .notStopOwner(let owner): "only the policy that set a stop may loosen it, and that is \(owner)"
        case .tighterResetPrevails: "a tighter reset prevails"
        case .stopReset(let price): "its owner resets the stop to \(price.inCents)"
        case .stopThereAlready: "the stop is planned there already"
        default: nil
        }
    }

    private var targetWords: String? {
        switch self {
        case .targetReleased: "its target is given up"
        case .ownsNoTarget: "it owns no target; a stop is never released"
        case .nearerTargetSet: "a nearer target is set"
        case .targetSet(let price): "the target is \(price.inCents)"
        case .notTargetOwner: "the target stays in the plan; only its owner moves it away"
        case .targetThereAlready: "the target is planned there already"
        default: nil
        }
    }

    private var reductionWords: String? {
        switch self {
        case .rungTaken(let rung): "rung \(rung) was taken before"
        case .withinAlready(let size): "the position of \(size) is within it already"
        case .aboveByLessThanOneLot(let size): "the \(size) held are less than one tradable unit above it"
        case .targetPosition(let limit): limit.isZero ? "the whole position is sold" : "target position: \(limit)"
        case .reductionPrevails(let priority, let leaves, let asked):
            "\(priority.words) leaves \(leaves), which is within the \(asked) asked for"
        case .reductionUnderWay(let limit): "a reduction to \(limit) is under way already"
        case .partialCoolDown(let last, let until):
            "a part was taken at \(last.inMilliseconds); the next one waits until \(until.inMilliseconds) (\(Damping.Rule.partial.key))"
        case .reductionTooSmall(let part, let size):
            "\(part) of \(size) is too little to be worth an order (\(Damping.Rule.reduction.key))"
        default: nil
        }
    }

    private var entryWords: String? {
        switch self {
        case .vetoStands: "no entry while it stands"
        case .vetoed(let reason): reason
        case .reentryCoolDown(let until):
            "it was closed a moment ago, and is not entered again before \(until.inMilliseconds) (\(Damping.Rule.reentry.key))"
        case .bothSidesAsked: "policies ask for both sides; none is entered"
        case .smallerEntryTaken: "the smaller entry is taken"
        case .entered(let stop): "entered with its stop at \(stop.inCents)"
        case .tradingRestricted(let state, let why): "trading is \(state.rawValue): \(why.words)"
        case .entriesPaused(let pause): pause.words
        case .guardSilent(let names):
            "\(names.map(\.text).joined(separator: ", ")) \(names.count == 1 ? "is" : "are") required and did not answer in this cycle"
        case .positionReducing(let limit): "the position is being reduced to \(limit)"
        case .wouldBeReduced(let policy, let most, let quantity):
            "\(policy) would hold \(most) at most, and \(quantity) would be reduced at once"
        case .alreadyHeld(let quantity):
            "\(quantity) shares are held already; an entry opens a position, it does not add to one"
        case .othersWouldClose(let side, let quantity):
            "an order of others to \(side.rawValue) \(quantity) shares rests, and would close what the entry opens; it is entered when that order is over"
        default: nil
        }
    }

    private var portfolioWords: String? {
        switch self {
        case .vetoEverywhere: "no entry anywhere while it stands"
        case .exposureWithin(let weight, let positions):
            "\(weight.words) of equity in \(positions) positions is within it already"
        case .exposureReduced(let weight, let positions, let rule, let changes):
            "\(weight.words) of equity in \(positions) positions is too much; \(rule.words): "
                + changes.map { "\($0.symbol) to \($0.quantity)" }.joined(separator: ", ")
        case .advisoryPublished: "the policies hear of it in the next cycle"
        case .advisoryBounded(let bound):
            "the policies hear of it in the next cycle; held at the bound of \(bound)"
        default: nil
        }
    }
}

extension MoveThreshold {
    fileprivate var words: String {
        switch self {
        case .at(let price): "at \(price.inCents)"
        case .by(let price): "by \(price.inCents)"
        case .beyondFigures: "by more"
        }
    }
}

extension ExposureWeight {
    fileprivate var words: String {
        switch self {
        case .share(let share): share.percent
        case .noEquity: "what there is"
        case .beyondFigures: "very much"
        }
    }
}

extension ExposureAdvice.Rule {
    fileprivate var words: String {
        switch self {
        case .proportional: "each gives the same share"
        case .largestFirst: "the largest give way"
        case .weakestFirst: "the weakest give way"
        }
    }
}

extension Headline {
    package var words: String {
        switch self {
        case .noChange: "no change"
        case .emergencyExit: "emergency exit"
        case .exit: "exit"
        case .partialProfit: "partial profit"
        case .partialProfitWithProtection: "partial profit with protection"
        case .reduce: "reduce"
        case .reduceWithProtection: "reduce with protection"
        case .protect: "protect"
        case .protectWithTarget: "protect with a target"
        case .setTarget: "set a target"
        case .enter: "enter"
        }
    }
}

extension Price {
    /// With two decimals at least.
    var inCents: String { text(minimumDecimals: 2) }
}

extension Price? {
    var inCents: String { self?.inCents ?? "?" }
}
