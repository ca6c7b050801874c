import CoreTestSupport
import Trading

@testable import Orchestration

/// One value of every case that a person reads.
enum ReasonSamples {
    static let id: ClientOrderID = "bb1.2.NVDA.3"
    static let stop = ProtectiveStop(stopPrice: "186.23", limitPrice: "185.67")
    static let order = NewOrder(
        clientOrderID: id, symbol: "NVDA", side: .sell, type: .stopLimit, quantity: "144", limitPrice: "185.67",
        stopPrice: "186.23", role: .stop)
    static let time = Timestamp(nanoseconds: 1_773_671_465_123_456_789)
    static let overflow = NumericError.overflow(type: "price", operation: "9e18*2")
    static let failure = SwapFailure.gone("killed by signal 9")
    static let terms = TermsMismatch.side(.buy)

    static func defects() throws -> [AdviceDefect] {
        [
            .negativeQuantity("-5"), .quantityNotPositive("0"), .weightWithoutBasis, .fractionOutOfRange("1.5"),
            .partialNotOne, .belowOneLot("0.5", of: "1"), .twoLimits, .limitPriceWithDistance, .noReferencePrice,
            .stopNotOne, .limitOffsetOutOfRange("1"), .distanceNotPositive("0"), .percentOutOfRange("1"),
            .multipleNotPositive("-1"), .indicatorUnknown(try Indicator("atr(14,1d)")), .riskUnknown,
            .distanceTooSmall("0"), .targetNotOne, .stopPriceNotPositive("0"), .limitPriceNotPositive("0"),
            .limitBeforeStop(limit: "187", stop: "186"), .targetNotPositive("0"),
            .priceTooFar("20", market: "189", collar: "0.2"), .noPrice, .twoTargets, .notionalNotPositive("0"),
            .riskOutOfRange("0.5", most: "0.1"), .riskWithoutBasis(reference: "189"), .sizeNotOne,
            .stopNotOnLosingSide(stop: "190", of: "189"), .targetNotOnWinningSide(target: "188", of: "189"),
            .noSymbol, .exposureWithSymbol, .exposureWithoutBasis, .advisoryName, .tooManyAdvisories(64),
            .figures(overflow),
        ]
    }

    static let dispositions: [DispositionReason] = [
        .validUntil(time), .snapshotOvertaken, .stopAtCollar(wanted: "18", at: "94.5"), .symbolMode(.managed),
        .symbolMode(.protected), .symbolMode(.frozen), .symbolMode(.watched), .defect(.noSymbol),
        .nothingHeld, .nothingAsked, .concernsPortfolio, .wholePositionSold, .entriesPaused(week),
        .stopStandsBy, .stopMoves(from: "184", to: "186.23"), .tighterStopSet,
        .moveTooSmall(of: .stop, at: "186.23", until: .at("186.42"), rule: .stopMove),
        .stopNoTighter(standing: "186.23"), .notStopOwner(owner: "stop-loss"), .tighterResetPrevails,
        .stopReset(to: "180"), .stopThereAlready, .targetReleased, .ownsNoTarget, .nearerTargetSet,
        .targetSet("194.5"), .notTargetOwner, .targetThereAlready, .rungTaken("2R"), .withinAlready(size: "144"),
        .aboveByLessThanOneLot(size: "144.5"), .targetPosition("144"),
        .reductionPrevails(.partialProfit, leaves: "144", asked: "200"), .reductionUnderWay(to: "144"),
        .partialCoolDown(last: time, until: time + .seconds(300)), .reductionTooSmall("1", of: "144"), .vetoStands,
        .vetoed("the market is closed to us"), .reentryCoolDown(until: time), .bothSidesAsked, .smallerEntryTaken,
        .entered(stop: "186.23"), .tradingRestricted(state: .reducing, why: .policiesMissing(["stop-loss"])),
        .guardSilent(["news-guard"]), .positionReducing(to: "144"),
        .wouldBeReduced(by: "portfolio-risk", to: "100", entered: "144"),
        .alreadyHeld("144"), .othersWouldClose(.sell, "217"), .vetoEverywhere,
        .exposureWithin(.share("0.42"), positions: 3),
        .exposureReduced(
            .share("1.4"), positions: 3, rule: .largestFirst,
            to: [QuantityOfSymbol(symbol: "NVDA", quantity: "100")]),
        .advisoryPublished, .advisoryBounded("2"), .awaitsApproval(proposal, until: time),
        .rejected(proposal, who: "me@desk"),
    ]

    static let byHand = NewOrder(
        clientOrderID: "by-hand", symbol: "NVDA", side: .sell, type: .limit, quantity: "100", limitPrice: "194.37",
        role: .external)
    static let hindrances: [ExitHindrance] = [
        .heldByOthers("NVDA", waiting: "100", of: "100", orders: [byHand]),
        .heldByOthers("NVDA", waiting: "10", of: "40", orders: [byHand, byHand]),
        .crossesOthers("NVDA", byHand),
    ]
    static let places: [StopPlace] = [.rests("186.23"), .rests(nil), .planned("186.23"), .nowhere]

    static let proposal = ProposalID(cycle: 25, symbol: "NVDA", kind: .enter)

    static func proposed(_ change: Proposal.Change) -> AlertReason {
        .approvalNeeded(
            Proposal(
                id: ProposalID(cycle: 25, symbol: "NVDA", kind: change.kind), policy: "breakout",
                reason: "a new high", change: change, until: time, wantedAt: time, wantedInCycle: 25))
    }

    static let refusals: [GateRefusal] = [
        .tradingHalted(who: "me@here", why: .command(command: .halt, words: "lunch")), .noBudgetForQuery,
        .entryBudget(perMinute: 200), .order(.quantityNotPositive("0")), .entriesPaused(week),
        .dayTrades(made: 2, open: 1, most: 3, below: "25000"), .cashNotSettled("200", settled: "100"),
        .quantityOffIncrement("1.5", increment: "1"), .quantityBelowMinimum("1", minimum: "10"),
        .orderTypeNotTaken(.trailingStop), .timeInForceNotTaken(.gtc), .unknownOrder, .replacementAsksMore,
        .emptySubmission, .nothingHeld("NVDA"), .exitOnWrongSide("NVDA"),
        .oversell(held: "144", open: "144", asked: "1"),
        .priceTooFar("20", away: "0.89", market: "189", limit: "0.2"), .noEntriesWhile(.reducing),
        .symbolNotAllowed("NVDA"), .quantityAboveLimit("1000", limit: "500"), .noPrice,
        .notionalAboveLimit("20000", limit: "10000"), .commitmentUnknown("NVDA"),
        .priceOld("NVDA", age: .seconds(90), limit: .seconds(60)),
        .priceAhead("NVDA", by: .seconds(90), limit: .seconds(60)), .noAccount, .buyingPower("20000", free: "10000"),
        .positionNotional("20000", limit: "10000"), .positionWeight("20000", limit: "10000", weight: "0.1"),
        .grossExposure("20000", limit: "10000", weight: "1"), .figures(overflow),
    ]

    static let alerts: [AlertReason] =
        [
            .asked(PersonRequest(symbol: nil, wish: .mode(.watched), who: "me@desk", why: "holiday")),
            .asked(PersonRequest(symbol: "NVDA", wish: .close, who: "me@desk", why: "enough")),
            .asked(PersonRequest(symbol: "NVDA", wish: .part(5), who: "me@desk", why: "enough")),
            .asked(PersonRequest(symbol: "NVDA", wish: .fraction("0.25"), who: "me@desk", why: "enough")),
            .asked(PersonRequest(symbol: "NVDA", wish: .stop("180"), who: "me@desk", why: "enough")),
            .asked(PersonRequest(symbol: "NVDA", wish: .target("200"), who: "me@desk", why: "enough")),
            .asked(PersonRequest(symbol: "NVDA", wish: .approve(proposal), who: "me@desk", why: "fine")),
            .asked(PersonRequest(symbol: "NVDA", wish: .reject(proposal), who: "me@desk", why: "too late")),
            proposed(
                .enter(
                    Entry(
                        side: .buy, quantity: 10, limitPrice: "190", stop: ProtectiveStop(stopPrice: "180"),
                        target: "220"))),
            proposed(.reduce(to: 0, of: 10)), proposed(.reduce(to: 5, of: 10)), proposed(.target("220")),
            .approvalNotNeeded(proposal), .worksWhileHalted(order), .exitTooSmall("0.05", least: "10"),
            .observing, .started(epoch: 3), .stopping("signal 15"), .clockSetAhead(.seconds(5)),
            .configurationChanged(
                why: "me@here",
                figures: [ConfigurationChange(key: "limits.maximum_daily_loss", from: .none, to: .ratio("0.03"))],
                others: ["take-profit is new"]),
            .configurationNeedsRestart("the state directory"), .configurationNotUsed("line 3: unknown field"),
            .policyGone("stop-loss", why: "killed by signal 9"),
            .policySilent("news-guard", cycles: 1, why: "division by zero", isRequired: true),
            .policySilent("news-guard", cycles: 3, why: "no answer within 500 ms", isRequired: false),
            .policyAnswersAgain("news-guard", after: 3),
            .restricted(state: .reducing, why: .policiesSilent(["news-guard"])),
            .restricted(state: .reducing, why: .foreignCurrency("JPY", configured: "USD")), .active(.currencyBack),
            .restricted(state: .halted, why: .anotherCore(id)),
            .restricted(state: .halted, why: .fenced("paper", .laterEpoch(9, ours: 3))),
            .providerGone("tape", why: "it ended"),
            .historyMissing("tape", why: "no answer within 10 s"),
            .adviceLeftOut("stop-loss", 99_744),
            .settingsTaken("stop-loss"), .settingsRefused("stop-loss", why: "trail is negative"),
            .protocolViolation("stop-loss", why: "no JSON"), .priceInDoubt(.missing),
            .priceInDoubt(.silent(since: Timestamp(seconds: 1_773_669_600))),
            .priceInDoubt(.old(of: Timestamp(seconds: 1_773_669_600))),
            .priceInDoubt(.noMarket(since: Timestamp(seconds: 1_773_669_600))),
            .priceInDoubt(.unconfirmed("160", believed: "100", since: Timestamp(seconds: 1_773_669_600))), .priceSound,
            .pluginNotice("paper", what: "its key was revoked"),
            .pluginManaged("stop-loss", what: "was stopped", who: "me@here", why: "an update"),
        ] + brokerAlerts

    private static func correction(after: ExecutionCorrected.Figures?) -> ExecutionCorrected {
        ExecutionCorrected(
            order: id, symbol: "NVDA", side: .sell, execution: ExecutionID(unchecked: "x7"),
            before: ExecutionCorrected.Figures(quantity: 100, price: "100", charges: "1"), after: after,
            realized: after == nil ? "-250" : "12.5", held: 60)
    }

    private static let brokerAlerts: [AlertReason] = [
        .brokerGone("paper", why: "killed by signal 9"),
        .brokerError("paper", why: "HTTP 401: key revoked"),
        .brokerSilent("paper", for: .seconds(31), why: "HTTP 401: key revoked"),
        .brokerSilent(nil, for: .seconds(60), why: nil), .brokerUnreconciled("paper", for: .seconds(60), why: nil),
        .brokerAnswersAgain("paper", after: .seconds(75)),
        .brokerFenced("paper", .otherJournal(epoch: 4)), .brokerFenced("paper", .laterEpoch(9, ours: 3)),
        .brokerFenced("paper", .otherRun(epoch: 9)), .brokerFreed("paper", who: "me@desk", why: "the other is ended"),
        .rowLeftOut(.leftOut(LeftOutRow(list: .positions, name: "brk.b", reason: "it is no symbol"))),
        .rowLeftOut(.leftOut(LeftOutRow(list: .openOrders, name: "hand 7", reason: "it is no id", symbol: "NVDA"))),
        .rowLeftOut(.listedTwice("NVDA", ["100", "-30"])), .rowLeftOut(.orderListedTwice(id, "NVDA")),
        .rowLeftOut(.position(symbol: "NVDA", quantity: "7")),
        .foreignAccount("LIVE-1", configured: "demo"), .foreignCurrency("JPY", configured: "USD"),
        .accountInDoubt(.cash(told: "0", ours: "40000")),
        .accountContradicts(.equity(told: "0", ours: "70000")), .accountAgreesAgain, .moneyMoved("-40000"),
        .moneyMoved("60000"),
        .cashMovementNotTaken(CashMovementID(unchecked: "d1"), .wrongSign(.deposit, "-5")),
        .chargesNotTaken(order: id, "90000"),
        .executionCorrected(correction(after: ExecutionCorrected.Figures(quantity: 60, price: "101", charges: "0"))),
        .executionCorrected(correction(after: nil)),
        .correctionOfUnknown(order: id, ExecutionID(unchecked: "x7")), .brokerEmulation("paper", .targetsWatched),
        .messagesMissing("paper", what: "2 messages are missing"), .brokerLeftDuringCycle(7),
        .brokerStateNotTaken(.negativeAveragePrice("NVDA")), .answerNotTaken(order: id, .terms(terms)),
        .reportNotTaken(order: id, .sumNegative("-1")), .executionNotTaken(order: id, .priceNotPositive("0")),
        .reportOnUnknownOrder(order: id, .fill), .termsNotTaken(order: id, terms),
        .reportConflicts(order: id, status: .canceled, event: .fill),
        .overfilled(order: id, filled: "145", of: "144"), .orderUnanswered(id), .cancelStuck(id),
        .ordersRefused(3, why: "asset NVDA is not tradable"), .ordersRefused(6, why: nil),
        .protectedOtherwise(.wholeShares, quantity: "144", of: "144.5"),
        .protectedOtherwise(.stopLimit, quantity: "144", of: "144"),
        .commandNotDelivered(why: "the socket is closed"), .externalShort, .splitNotBooked(brokers: "10", ours: "100"),
        .corporateActionNotApplied(
            CorporateAction(id: "d1", symbol: "NVDA", kind: .dividend(amount: "100"), effectiveAt: time)),
        .swapRefused(.tradesAlready("paper")), .swapAbandoned(.queries(2, after: .seconds(10))),
        .swapEnded(.notConfigured(from: "paper", to: "other")), .swapFailed(why: failure, old: "paper"),
        .swapRollsBack(failure, new: "other", old: "paper"), .brokerNotChosen("other", chosen: "paper"),
        .brokerLeaves("paper", why: "it drained"), .chosenBrokerNotConfigured("other", now: "paper"),
        .swappedInBrokerTrades("other"), .refusedByRiskGate(.shrinkStop(to: "144"), .noAccount),
        .waitsForBudget(.moveStop(from: "184", to: "186.23"), wait: .seconds(4), perMinute: 200),
        .obstacle(Obstacle(order: order)), .obstacle(Obstacle(order: order, unprotected: "40")),
        .orderInDoubt(id, for: .seconds(60)), .adoptedInDoubt(ours: "0", brokers: "100"),
        .orderEndedByOthers(order, .canceled), .orderLives(id), .stopTightenedByOthers(from: "95", to: "98"),
        .stopLoosenedByOthers(from: "95", to: "92"), .targetMovedByOthers(from: "120", to: "112"),
        .orderResizedByOthers(id, from: "100", to: "60"),
        .positionContradicted(Contradiction(ours: "100", brokers: "0", order: id)),
        .positionContradicted(Contradiction(ours: "100", brokers: "0")),
        .orderHandedOver(order, who: "me@here", why: "the test"), .orderNotHandedOver(id),
        .unprotected("144", for: .seconds(40), nothingSent: .swap(from: "paper", to: "other")),
        .unprotectable("0.9", worth: "630000"), .ownStop(at: "180"),
        .unprotected("144", for: .seconds(40), nothingSent: .refusedByBroker("stops are taken from 09:30")),
        .unprotected("4", for: .seconds(40), nothingSent: .tooFewBesideOthers(least: "5")),
        .unprotected("4", for: .seconds(40), nothingSent: .noStops(.preMarket)),
        .initialStopNotUsed(at: "1831.82", market: "189"),
        .stopStuck(isEscalated: true), .restricted(state: .reducing, why: .dailyLoss("0.0305", limit: "0.03")),
        .active(.policiesBack), .entriesPaused(pause), .entriesPaused(streak), .pauseOver(streak),
        .dayTrades(4, below: "25000", isGuarded: false), .dayTrades(4, below: "25000", isGuarded: true),
        .soldUnsettled(isGuarded: false), .soldUnsettled(isGuarded: true),
    ]

    static let pause = EntryPause(
        cause: .drawdown("0.1043", limit: "0.1", within: .seconds(30 * 86_400)), since: time,
        until: time + .seconds(86_400), gross: "0.5")
    static let streak = EntryPause(
        cause: .lossStreak(3, within: .seconds(86_400)), since: time, until: time + .seconds(3_600), gross: nil)
    static let week = EntryPause(
        cause: .weeklyLoss("0.0512", limit: "0.05"), since: time, until: time + .seconds(2 * 86_400), gross: nil)

    static let actions: [ActionSummary] = [
        .cancel(order), .moveStop(from: "184", to: "186.23"), .moveTarget(from: "190", to: "194.5"),
        .shrinkStop(to: "144"), .close(side: .sell, quantity: "143", symbol: "NVDA"),
        .closeAtLimit(side: .sell, quantity: "143", symbol: "NVDA", limit: "188.05"),
        .protect(quantity: "144", symbol: "NVDA", stop: stop, target: "194.5"),
        .enter(side: .buy, quantity: "10", symbol: "NVDA", stop: "186.23", target: "194.5"),
    ]

    static let waits: [WaitReason] = [
        .watched, .observing(.close(side: .sell, quantity: "143", symbol: "NVDA")), .positionDiffers, .listContradicts,
        .brokerRefused, .brokerSnapshot, .brokerRefusedRepeatedly, .entry(.halted("NVDA")),
        .refusedReduction(to: "144"), .reduction(to: "144", .session(.closed)),
        .refusedEntry, .refusedStop(at: "186.23"), .refusedMove(to: "186.23"), .reductionTooSmall("0.05", least: "10"),
        .noOrderType(.afterHours),
        .stop(at: "186.23", .session(.closed)), .newStop(at: "186.23", .spread("NVDA")),
        .newStop(at: "186.23", .noStops(.preMarket)),
    ]
}
