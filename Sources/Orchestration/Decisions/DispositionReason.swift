import Trading

/// Why one recommendation came to what it came to. Cases with figures as they were when the decision was made; sentences
/// are made by the reader (`Wording`).
package enum DispositionReason: Sendable, Hashable, Codable {
    // Of any advice
    case validUntil(Timestamp)
    /// It was made from a snapshot of before the position was adopted anew, split or opened.
    case snapshotOvertaken
    /// A person has not handed the symbol over so far.
    case symbolMode(SymbolMode)
    /// A person is asked first.
    case awaitsApproval(ProposalID, until: Timestamp)
    /// A person has said no.
    case rejected(ProposalID, who: String)
    case defect(AdviceDefect)
    case nothingHeld
    case nothingAsked
    /// It is shown with the decision on the portfolio.
    case concernsPortfolio
    case wholePositionSold
    // Stops
    /// The whole position is being sold; the stop stands by in case that fails.
    case stopStandsBy
    case stopMoves(from: Price?, to: Price)
    /// Further from the market than the price collar: it stands at the collar's edge.
    case stopAtCollar(wanted: Price, at: Price)
    case tighterStopSet
    /// It is moved when the least move of the rule is reached, and not for less.
    case moveTooSmall(of: ProtectionLevel, at: Price, until: MoveThreshold, rule: Damping.Rule)
    case stopNoTighter(standing: Price)
    /// Only the policy that set a stop may loosen it.
    case notStopOwner(owner: PluginName)
    case tighterResetPrevails
    case stopReset(to: Price)
    case stopThereAlready
    // Targets
    case targetReleased
    case ownsNoTarget
    case nearerTargetSet
    case targetSet(Price)
    /// Only its owner moves it away.
    case notTargetOwner
    case targetThereAlready
    // Reductions
    case rungTaken(String)
    case withinAlready(size: Quantity)
    /// What is held above it is less than the broker trades.
    case aboveByLessThanOneLot(size: Quantity)
    case targetPosition(Quantity)
    /// Another one leaves so much, which is within what was asked for.
    case reductionPrevails(PriorityClass, leaves: Quantity, asked: Quantity)
    case reductionUnderWay(to: Quantity)
    /// A part was taken at `last`; the next one waits.
    case partialCoolDown(last: Timestamp, until: Timestamp)
    /// Too little to be worth an order.
    case reductionTooSmall(Quantity, of: Quantity)
    // Entries
    case vetoStands
    /// As the policy that vetoes put it.
    case vetoed(String)
    case reentryCoolDown(until: Timestamp)
    /// Policies ask for both sides; none is entered.
    case bothSidesAsked
    case smallerEntryTaken
    case entered(stop: Price)
    case tradingRestricted(state: TradingState, why: TradingReason)
    /// After a loss.
    case entriesPaused(EntryPause)
    /// Required policies have not answered in this cycle: nobody knows what they would have vetoed.
    case guardSilent([PluginName])
    case positionReducing(to: Quantity)
    /// A policy would hold less than the entry asks for.
    case wouldBeReduced(by: PluginName, to: Quantity, entered: Quantity)
    /// An entry opens a position, it does not add to one.
    case alreadyHeld(Quantity)
    /// Orders of others, of the side that closes what the entry would open, rest for as many shares.
    case othersWouldClose(Side, Quantity)
    // The portfolio
    case vetoEverywhere
    case exposureWithin(ExposureWeight, positions: Int)
    case exposureReduced(ExposureWeight, positions: Int, rule: ExposureAdvice.Rule, to: [QuantityOfSymbol])
    /// Policies are given it with the next cycle.
    case advisoryPublished
    /// The same, at the bound of what an advisory may be.
    case advisoryBounded(Ratio)
}

package enum ProtectionLevel: String, Sendable, Hashable, Codable { case stop, target }

/// From where on a level would be moved.
package enum MoveThreshold: Sendable, Hashable, Codable {
    case at(Price)
    case by(Price)
    /// More than a price can say.
    case beyondFigures
}

/// Gross value of positions as a share of equity.
package enum ExposureWeight: Sendable, Hashable, Codable {
    case share(Ratio)
    case noEquity
    case beyondFigures
}

package struct QuantityOfSymbol: Sendable, Hashable, Codable {
    package var symbol: Symbol
    package var quantity: Quantity
}

// MARK: - What is news

/// What makes a disposition news: who, what, its outcome and the reason. Figures are left out, since prices and ages differ
/// in every cycle; another rule or another veto is news.
package struct DispositionKey: Sendable, Hashable, Codable {
    var policy: PluginName
    var priority: PriorityClass
    var kind: String
    var outcome: Disposition.Outcome
    var by: PluginName?
    var reason: DispositionReason
    var until: Timestamp?

    package init(_ disposition: Disposition) {
        policy = disposition.policy
        priority = disposition.recommendation.priority
        kind = disposition.recommendation.advice.kind
        outcome = disposition.outcome
        by = disposition.by
        reason = disposition.why.withoutFigures
        until = disposition.until
    }
}

extension DispositionReason {
    /// The same case, whatever the figures: the cases that have none, and names and rules, stay as they are.
    package var withoutFigures: DispositionReason {
        switch self {
        case .validUntil: .validUntil(Timestamp(nanoseconds: 0))
        case .defect(let defect): .defect(defect.withoutFigures)
        case .stopMoves: .stopMoves(from: nil, to: .zero)
        case .stopAtCollar: .stopAtCollar(wanted: .zero, at: .zero)
        case .moveTooSmall(let level, _, _, let rule):
            .moveTooSmall(of: level, at: .zero, until: .beyondFigures, rule: rule)
        case .stopNoTighter: .stopNoTighter(standing: .zero)
        case .stopReset: .stopReset(to: .zero)
        case .targetSet: .targetSet(.zero)
        case .withinAlready: .withinAlready(size: .zero)
        case .aboveByLessThanOneLot: .aboveByLessThanOneLot(size: .zero)
        case .targetPosition(let limit): .targetPosition(limit.isZero ? .zero : .one)
        case .reductionPrevails(let priority, _, _): .reductionPrevails(priority, leaves: .zero, asked: .zero)
        case .reductionUnderWay: .reductionUnderWay(to: .zero)
        case .partialCoolDown:
            .partialCoolDown(last: Timestamp(nanoseconds: 0), until: Timestamp(nanoseconds: 0))
        case .reductionTooSmall: .reductionTooSmall(.zero, of: .zero)
        case .vetoed(let words): .vetoed(words.withoutFigures)
        case .reentryCoolDown: .reentryCoolDown(until: Timestamp(nanoseconds: 0))
        case .entered: .entered(stop: .zero)
        case .tradingRestricted(let state, let reason): .tradingRestricted(state: state, why: reason.withoutFigures)
        case .entriesPaused(let pause): .entriesPaused(pause.withoutFigures)
        case .positionReducing: .positionReducing(to: .zero)
        case .wouldBeReduced(let policy, _, _): .wouldBeReduced(by: policy, to: .zero, entered: .zero)
        case .alreadyHeld: .alreadyHeld(.zero)
        case .othersWouldClose(let side, _): .othersWouldClose(side, .zero)
        case .exposureWithin: .exposureWithin(.noEquity, positions: 0)
        case .exposureReduced(_, _, let rule, let changes):
            .exposureReduced(
                .noEquity, positions: 0, rule: rule,
                to: changes.map { QuantityOfSymbol(symbol: $0.symbol, quantity: .zero) })
        case .advisoryBounded: .advisoryBounded(.zero)
        case .awaitsApproval(let id, _): .awaitsApproval(id, until: Timestamp(nanoseconds: 0))
        case .rejected, .symbolMode, .snapshotOvertaken, .nothingHeld, .nothingAsked, .concernsPortfolio,
            .wholePositionSold,
            .stopStandsBy,
            .tighterStopSet,
            .notStopOwner, .tighterResetPrevails, .stopThereAlready, .targetReleased, .ownsNoTarget, .nearerTargetSet,
            .notTargetOwner, .targetThereAlready, .rungTaken, .guardSilent, .vetoStands, .bothSidesAsked,
            .smallerEntryTaken,
            .vetoEverywhere, .advisoryPublished:
            self
        }
    }
}

extension AdviceDefect {
    /// The same case, whatever the figures.
    var withoutFigures: AdviceDefect {
        switch self {
        case .negativeQuantity: .negativeQuantity(.zero)
        case .quantityNotPositive: .quantityNotPositive(.zero)
        case .fractionOutOfRange: .fractionOutOfRange(.zero)
        case .belowOneLot: .belowOneLot(.zero, of: nil)
        case .limitOffsetOutOfRange: .limitOffsetOutOfRange(.zero)
        case .distanceNotPositive: .distanceNotPositive(.zero)
        case .percentOutOfRange: .percentOutOfRange(.zero)
        case .multipleNotPositive: .multipleNotPositive(.zero)
        case .distanceTooSmall: .distanceTooSmall(.zero)
        case .stopPriceNotPositive: .stopPriceNotPositive(.zero)
        case .limitPriceNotPositive: .limitPriceNotPositive(.zero)
        case .limitBeforeStop: .limitBeforeStop(limit: .zero, stop: .zero)
        case .targetNotPositive: .targetNotPositive(.zero)
        case .priceTooFar: .priceTooFar(.zero, market: .zero, collar: .zero)
        case .notionalNotPositive: .notionalNotPositive(.zero)
        case .riskOutOfRange: .riskOutOfRange(.zero, most: .zero)
        case .riskWithoutBasis: .riskWithoutBasis(reference: .zero)
        case .stopNotOnLosingSide: .stopNotOnLosingSide(stop: .zero, of: .zero)
        case .targetNotOnWinningSide: .targetNotOnWinningSide(target: .zero, of: .zero)
        case .figures: .figures(.divisionByZero(type: ""))
        case .weightWithoutBasis, .partialNotOne, .twoLimits, .limitPriceWithDistance, .noReferencePrice, .stopNotOne,
            .indicatorUnknown, .riskUnknown, .targetNotOne, .noPrice, .twoTargets, .sizeNotOne, .noSymbol,
            .exposureWithSymbol, .exposureWithoutBasis, .advisoryName, .tooManyAdvisories:
            self
        }
    }
}
