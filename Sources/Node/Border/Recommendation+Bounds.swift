import Orchestration
import Trading
import Wire

/// A policy's answer at the border: words are cut, and what bears a name that cannot be one is left out (I-BOUND-3).
struct FittingAdvice {
    private(set) var recommendations: [Recommendation] = []
    private(set) var leftOut: Int64 = 0
    /// What is wrong with the first that is left out; nil when none is.
    private(set) var defect: String?

    init(_ answer: [Recommendation]) {
        recommendations.reserveCapacity(answer.count)
        for (index, recommendation) in answer.enumerated() {
            if let why = recommendation.nameDefect {
                leftOut += 1
                defect = defect ?? "recommendations[\(index)]: \(why)"
            } else {
                recommendations.append(recommendation.bounded)
            }
        }
    }
}

extension AdviceBounds {
    /// Bytes of an answer, by the symbols of which the core knows (I-BOUND-4).
    func answerBytes(_ state: CoreState) -> Int {
        let symbols = state.portfolio.positions.count + state.portfolio.orders.workingCount + state.market.symbolCount
        return min(
            SpokenLimits.longestAnswerBytes, SpokenLimits.answerBytes + symbols * SpokenLimits.answerBytesForSymbol)
    }
}

extension Recommendation {
    /// What names it by that cannot be a name, or nil. Cut, it would name something else.
    fileprivate var nameDefect: String? {
        let most = SpokenLimits.name
        switch advice {
        case .takePartial(let part):
            return part.rung.isForeignName(atMost: most)
                ? nil : "a rung has 1 to \(most) bytes without control characters"
        case .advise(let advisory):
            return advisory.name.isForeignName(atMost: most)
                ? nil : "the name of an advisory has 1 to \(most) bytes without control characters"
        case .reduceExposure(let exposure):
            return (exposure.symbols?.count ?? 0) <= SpokenLimits.symbolsOfExposure
                ? nil : "an exposure names at most \(SpokenLimits.symbolsOfExposure) symbols"
        case .protect, .resetStop, .exit, .reduceTo, .reduceToWeight, .target, .enter, .hold, .veto, .release:
            return nil
        }
    }

    fileprivate var bounded: Recommendation {
        var copy = self
        copy.reason = reason.sentence
        copy.evidence = evidence?.prefix(SpokenLimits.evidence).map {
            Evidence($0.name.foreign(atMost: SpokenLimits.name), $0.value.foreign(atMost: SpokenLimits.figure))
        }
        return copy
    }
}
