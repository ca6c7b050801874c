import AlpacaAPI
import Trading

/// The vendor's corporate actions as the core takes them. Each takes effect at 04:00 in New York on its first day, before any price
/// of that day.
struct ActionReading: Equatable, Sendable {
    var actions: [Trading.CorporateAction] = []
    /// For a person: what changes shares and cannot be told to the core.
    var untold: [String] = []

    /// - Parameter followed: only what concerns these.
    init(_ page: Alpaca.CorporateActionsPage, following followed: Set<Symbol>) {
        for kind in Alpaca.CorporateActionKind.allCases {
            for row in page.byKind[kind]?.rows ?? [] {
                switch row {
                case .failure(let error): untold.append("a \(kind.words) cannot be read: \(error)")
                case .success(let action): take(action, kind, followed)
                }
            }
        }
        if !page.otherKinds.isEmpty {
            untold.append("kinds that are not known here: \(page.otherKinds.map(\.key).joined(separator: ", "))")
        }
    }

    private mutating func take(
        _ action: Alpaca.CorporateAction, _ kind: Alpaca.CorporateActionKind, _ followed: Set<Symbol>
    ) {
        guard let symbol = action.concerned, followed.contains(symbol) else { return }
        let read = Self.read(action, kind, of: symbol)
        let day = action.exDate ?? action.effectiveDate ?? action.processDate
        guard let read, let day else {
            untold.append("\(kind.words) of \(symbol)\(day.map { " on \($0)" } ?? "")")
            return
        }
        let told = Trading.CorporateAction(
            id: action.id.text, symbol: symbol, kind: read,
            effectiveAt: USEquityCalendar.time(minute: 240, ofDay: day.daysSince1970))
        if let defect = told.defect {
            untold.append("\(kind.words) of \(symbol) on \(day): \(defect)")
        } else {
            actions.append(told)
        }
    }

    private static func read(
        _ action: Alpaca.CorporateAction, _ kind: Alpaca.CorporateActionKind, of symbol: Symbol
    ) -> Trading.CorporateAction.Kind? {
        switch kind {
        case .forwardSplit, .reverseSplit:
            return ratio(action.newRate, action.oldRate).map { .split(numerator: $0, denominator: $1) }
        case .stockDividend:
            // So many more for each.
            guard let rate = action.rate else { return nil }
            return ratio(Alpaca.Rate(units: rate.units + Alpaca.Rate.scale), .one)
                .map { .split(numerator: $0, denominator: $1) }
        case .cashDividend:
            guard let rate = action.rate, action.currency.map({ $0 == "USD" }) ?? true else { return nil }
            let step = Int128(Alpaca.Rate.scale / Price.scale)
            return .dividend(amount: Price(units: Int64(Rounding.halfEven.quotient(Int128(rate.units), step))))
        case .nameChange:
            return action.newSymbol.map { .symbolChange(to: $0, numerator: 1, denominator: 1) }
        case .stockMerger:
            guard let other = action.acquirerSymbol, let ratio = ratio(action.acquirerRate, action.acquireeRate) else {
                return nil
            }
            return .symbolChange(to: other, numerator: ratio.0, denominator: ratio.1)
        // Of a spin-off the part of the cost that goes with it is not told; the others have no kind in the protocol.
        case .spinOff, .capitalGainsDistribution, .cashMerger, .partialCall, .redemption, .reorganization,
            .rightsDistribution, .stockAndCashMerger, .unitSplit, .worthlessRemoval:
            return nil
        }
    }

    /// The smallest whole numbers with this ratio; nil where it has none up to 10,000.
    static func ratio(_ new: Alpaca.Rate?, _ old: Alpaca.Rate?) -> (Int64, Int64)? {
        guard let new, let old, new.isPositive, old.isPositive else { return nil }
        let divisor = greatestCommonDivisor(new.units, old.units)
        if new.units / divisor <= 10_000, old.units / divisor <= 10_000 {
            return (new.units / divisor, old.units / divisor)
        }
        // A third came as so many decimals: the ratio whose quotient is nearest, within their last but three.
        for denominator in 1...10_000 as ClosedRange<Int64> {
            let numerator = Rounding.halfEven.quotient(
                Int128(new.units) * Int128(denominator), Int128(old.units))
            let error = abs(numerator * Int128(old.units) - Int128(new.units) * Int128(denominator))
            if (1...10_000).contains(numerator), error * 1_000_000_000 <= Int128(new.units) * Int128(denominator) {
                return (Int64(numerator), denominator)
            }
        }
        return nil
    }

    private static func greatestCommonDivisor(_ one: Int64, _ other: Int64) -> Int64 {
        other == 0 ? one : greatestCommonDivisor(other, one % other)
    }
}

extension Alpaca.CorporateAction {
    /// The shares that change.
    fileprivate var concerned: Symbol? { symbol ?? oldSymbol ?? acquireeSymbol ?? sourceSymbol }
}

extension Alpaca.CorporateActionKind {
    fileprivate var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}
