import Orchestration
import Trading

extension AdviceDefect {
    package var words: String {
        switch self {
        case .negativeQuantity(let quantity):
            "a quantity of \(quantity) cannot be held; name the size without a sign"
        case .quantityNotPositive(let quantity): "a quantity lies above zero, not at \(quantity)"
        case .weightWithoutBasis: "a weight needs a price, and is zero or more"
        case .fractionOutOfRange(let fraction): "a fraction lies above 0 and at most at 1, not at \(fraction)"
        case .partialNotOne: "name a fraction or a quantity, one of the two"
        case .belowOneLot(let amount, let size?): "\(amount) of \(size) is less than one tradable unit"
        case .belowOneLot(let amount, nil): "its size of \(amount) is less than one tradable unit"
        case .twoLimits: "name limit_price or limit_offset, not both"
        case .limitPriceWithDistance: "a stop by its distance has a limit by its offset: name limit_offset"
        case .noReferencePrice: "there is no price that the distance could be counted from"
        case .stopNotOne: "name stop_price or distance, one of the two"
        case .limitOffsetOutOfRange(let share): "limit_offset lies from 0 to below 1, not at \(share)"
        case .distanceNotPositive(let amount): "a distance lies above zero, not at \(amount)"
        case .percentOutOfRange(let share): "a distance in percent is a share above 0 and below 1, not \(share)"
        case .multipleNotPositive(let multiple): "a multiple lies above zero, not at \(multiple)"
        case .indicatorUnknown(let indicator):
            "\(indicator) is not known; the policy declares it in its needs, and it takes its time"
        case .riskUnknown: "R is not known: there is no initial stop on the losing side"
        case .distanceTooSmall(let amount): "a distance lies above zero, and here it comes to \(amount)"
        case .targetNotOne: "name price or distance, one of the two"
        case .noPrice: "there is no price for it"
        case .twoTargets: "name target or target_distance, not both"
        case .notionalNotPositive(let notional): "a notional lies above zero, not at \(notional)"
        case .riskOutOfRange(let risk, let most):
            "a risk is a share of equity above 0 and at most \(most), not \(risk)"
        case .riskWithoutBasis(let reference):
            "a size by risk needs a stop away from \(reference) and an equity above zero"
        case .sizeNotOne: "name quantity, notional or risk, one of the three"
        case .figures(let error): "\(error)"
        default: levelWords ?? portfolioWords ?? "it cannot be followed"
        }
    }

    private var levelWords: String? {
        switch self {
        case .stopPriceNotPositive(let price): "a stop price lies above zero, not at \(price)"
        case .limitPriceNotPositive(let price): "a limit price lies above zero, not at \(price)"
        case .limitBeforeStop(let limit, let stop):
            "the limit \(limit) of a stop-limit lies beyond its stop \(stop), not before it"
        case .targetNotPositive(let price): "a target lies above zero, not at \(price)"
        case .priceTooFar(let price, let market, let collar):
            "the price \(price) is further than \(collar) of it from the market at \(market)"
        case .stopNotOnLosingSide(let stop, let price): "its stop \(stop) is not on the losing side of \(price)"
        case .targetNotOnWinningSide(let target, let price):
            "its target \(target) is not on the winning side of \(price)"
        default: nil
        }
    }

    private var portfolioWords: String? {
        switch self {
        case .noSymbol: "it names no symbol"
        case .exposureWithSymbol: "an exposure names no symbol but a list of them; use reduce_to_weight"
        case .exposureWithoutBasis: "an exposure is zero or more"
        case .advisoryName: "an advisory has a name of 1 to 64 characters"
        case .tooManyAdvisories(let count): "there are \(count) advisories of it already"
        default: nil
        }
    }
}
