import Trading

/// Advice that depends on the market or the account, as prices and quantities: `3 ATR behind the high` becomes a price on
/// the broker's tick size, `1 % of equity at risk` a number of shares. Rounded so that no share is invented and no stop comes
/// nearer than was asked for.
struct AdviceResolver {
    let facts: Merge.Facts

    /// What is asked for, resolved.
    enum ResolvedAdvice: Hashable {
        case protect(ProtectiveStop)
        case resetStop(ProtectiveStop)
        /// Hold at most so many; from a partial with its rung.
        case hold(atMost: Quantity, rung: String?)
        case target(Price)
        indirect case enter(Entry)
        case veto
        case release
        /// Nothing of this symbol's plan changes by it.
        case nothing
    }

    func resolve(_ advice: Advice) throws(AdviceDefect) -> ResolvedAdvice {
        switch advice {
        case .protect(let stop): .protect(try self.stop(stop))
        case .resetStop(let stop): .resetStop(try self.stop(stop))
        case .takePartial(let part): .hold(atMost: try remaining(after: part), rung: part.rung)
        case .exit: .hold(atMost: .zero, rung: nil)
        case .reduceTo(let quantity): .hold(atMost: try most(quantity), rung: nil)
        case .reduceToWeight(let weight): .hold(atMost: try most(weight), rung: nil)
        case .target(let target): .target(try self.target(target))
        case .enter(let entry): .enter(try self.entry(entry))
        case .veto: .veto
        case .release: .release
        case .reduceExposure, .advise, .hold: .nothing
        }
    }

    private var isLong: Bool { facts.position?.isLong ?? true }

    /// Figures that do not fit are a reason not to follow, and none to stop.
    private func figure<Value>(_ body: () throws(NumericError) -> Value) throws(AdviceDefect) -> Value {
        do throws(NumericError) { return try body() } catch { throw .figures(error) }
    }
}

// MARK: - Quantities

extension AdviceResolver {
    private func most(_ quantity: Quantity) throws(AdviceDefect) -> Quantity {
        guard !quantity.isNegative else {
            throw .negativeQuantity(quantity)
        }
        return try lots(quantity)
    }

    private func most(_ weight: Ratio) throws(AdviceDefect) -> Quantity {
        // Nothing is nothing, whatever the account or a share is worth.
        guard !weight.isZero else { return .zero }
        guard let price = facts.price, price.isPositive, !weight.isNegative else { throw .weightWithoutBasis }
        // Of an equity of zero or less every share is nothing.
        guard facts.equity.isPositive else { return .zero }
        let quantity = try figure { () throws(NumericError) in
            try facts.equity.scaled(by: weight, .down).quantity(at: price, .down)
        }
        let most = try lots(quantity)
        let protectable = try protectable(most, .down)
        return protectable.isPositive ? protectable : most
    }

    private func remaining(after part: PartialAdvice) throws(AdviceDefect) -> Quantity {
        guard let size = facts.position?.size else { return .zero }
        let amount: Quantity
        switch (part.fraction, part.quantity) {
        case (let fraction?, nil):
            guard fraction.isPositive, fraction <= .one else {
                throw .fractionOutOfRange(fraction)
            }
            amount = try figure { () throws(NumericError) in try size.scaled(by: fraction, .down) }
        case (nil, let quantity?):
            guard quantity.isPositive else { throw .quantityNotPositive(quantity) }
            amount = min(quantity, size)
        default: throw .partialNotOne
        }
        let sold = try lots(amount)
        guard sold.isPositive else { throw .belowOneLot(amount, of: size) }
        let rest = try figure { () throws(NumericError) in try size - sold }
        let protectable = try part.fraction == nil ? rest : protectable(rest, .up)
        return protectable < size ? protectable : rest
    }

    /// Rounded to what stops can be for: a third of 90 as 29.7 would leave 0.3 that no stop protects.
    private func protectable(_ quantity: Quantity, _ rounding: Rounding) throws(AdviceDefect) -> Quantity {
        guard let step = facts.stopIncrement, step > facts.quantityIncrement,
            step.isMultiple(of: facts.quantityIncrement)
        else { return quantity }
        return try figure { () throws(NumericError) in try quantity.rounded(toMultipleOf: step, rounding) }
    }

    private func lots(_ quantity: Quantity) throws(AdviceDefect) -> Quantity {
        try figure { () throws(NumericError) in
            try quantity.rounded(toMultipleOf: facts.quantityIncrement, .down)
        }
    }
}

// MARK: - Prices

extension AdviceResolver {
    private func stop(_ advice: StopAdvice) throws(AdviceDefect) -> ProtectiveStop {
        guard facts.position != nil || advice.stopPrice != nil else {
            return ProtectiveStop(stopPrice: .zero)  // nothing is held: it is absorbed, whatever it is
        }
        let risk = facts.position?.riskPerShare
        return try stop(advice, isLong: isLong, reference: reference(advice.from), risk: risk)
    }

    private func stop(
        _ advice: StopAdvice, isLong: Bool, reference: Price?, risk: Price?
    ) throws(AdviceDefect) -> ProtectiveStop {
        let away: Rounding = isLong ? .down : .up
        switch (advice.stopPrice, advice.distance) {
        case (let price?, nil):
            guard advice.limitPrice == nil || advice.limitOffset == nil else {
                throw .twoLimits
            }
            let limit = advice.limitPrice == nil ? try offset(price, advice.limitOffset, isLong) : advice.limitPrice
            return roundToTick(ProtectiveStop(stopPrice: price, limitPrice: limit), away)
        case (nil, let distance?):
            guard advice.limitPrice == nil else {
                throw .limitPriceWithDistance
            }
            guard let reference else { throw .noReferencePrice }
            let amount = try self.amount(distance, of: reference, risk: risk)
            let price = try figure { () throws(NumericError) in
                isLong ? try reference - amount : try reference + amount
            }
            let limit = try offset(price, advice.limitOffset, isLong)
            return roundToTick(ProtectiveStop(stopPrice: price, limitPrice: limit), away)
        default: throw .stopNotOne
        }
    }

    private func offset(_ stop: Price, _ share: Ratio?, _ isLong: Bool) throws(AdviceDefect) -> Price? {
        guard let share else { return nil }
        guard !share.isNegative, share < .one else {
            throw .limitOffsetOutOfRange(share)
        }
        return try figure { () throws(NumericError) in
            let distance = try stop.scaled(by: share, .halfEven)
            return isLong ? try stop - distance : try stop + distance
        }
    }

    private func reference(_ from: PriceReference?) -> Price? {
        guard let position = facts.position else { return nil }
        return switch from ?? .average {
        case .average: position.averagePrice
        case .highWater: position.isLong ? position.highWaterMark : position.lowWaterMark
        case .last: facts.price
        }
    }

    private func amount(_ distance: Distance, of reference: Price, risk: Price?) throws(AdviceDefect) -> Price {
        switch distance {
        case .price(let amount):
            guard amount.isPositive else { throw .distanceNotPositive(amount) }
            return amount
        case .percent(let share):
            guard share.isPositive, share < .one else {
                throw .percentOutOfRange(share)
            }
            return try apart(figure { () throws(NumericError) in try reference.scaled(by: share, .halfEven) })
        case .atr(let multiple, let indicator):
            guard multiple.isPositive else { throw .multipleNotPositive(multiple) }
            guard let atr = facts.figures[indicator] else {
                throw .indicatorUnknown(indicator)
            }
            return try apart(figure { () throws(NumericError) in try atr.scaled(by: multiple, .halfEven) })
        case .r(let multiple):
            guard let risk else { throw .riskUnknown }
            return try figure { () throws(NumericError) in try risk.scaled(by: multiple, .halfEven) }
        }
    }

    /// A market that has not moved has no range, and a stop at the reference itself would be an exit.
    private func apart(_ amount: Price) throws(AdviceDefect) -> Price {
        guard amount.isPositive else { throw .distanceTooSmall(amount) }
        return amount
    }

    private func target(_ advice: TargetAdvice) throws(AdviceDefect) -> Price {
        guard let position = facts.position else { return advice.price ?? .zero }
        return try target(
            advice, isLong: position.isLong, reference: position.averagePrice, risk: position.riskPerShare)
    }

    private func target(
        _ advice: TargetAdvice, isLong: Bool, reference: Price, risk: Price?
    ) throws(AdviceDefect) -> Price {
        switch (advice.price, advice.distance) {
        case (let price?, nil): return roundToTick(price, isLong ? .down : .up)
        case (nil, let distance?):
            let amount = try self.amount(distance, of: reference, risk: risk)
            let price = try figure { () throws(NumericError) in
                isLong ? try reference + amount : try reference - amount
            }
            return roundToTick(price, isLong ? .down : .up)
        default: throw .targetNotOne
        }
    }

    /// Rounded away from the market: none is refused for a fraction of a cent, and none promises more than can be had.
    private func roundToTick(_ price: Price, _ away: Rounding) -> Price {
        facts.tickSize?.nearest(price, away) ?? price
    }

    private func roundToTick(_ stop: ProtectiveStop, _ away: Rounding) -> ProtectiveStop {
        facts.tickSize.map { stop.roundedToTicks($0, away) } ?? stop
    }
}

// MARK: - Entries

extension AdviceResolver {
    private func entry(_ advice: EntryAdvice) throws(AdviceDefect) -> Entry {
        let isLong = advice.side == .buy
        let away: Rounding = isLong ? .down : .up
        guard let reference = advice.limitPrice ?? facts.price, reference.isPositive else {
            throw .noPrice
        }
        let stop = try self.stop(advice.stop, isLong: isLong, reference: reference, risk: nil)
        let risk = try figure { () throws(NumericError) in try (reference - stop.stopPrice).magnitude() }
        var target: Price?
        if let price = advice.target {
            guard advice.targetDistance == nil else { throw .twoTargets }
            target = roundToTick(price, away)
        } else if let distance = advice.targetDistance {
            target = try self.target(
                TargetAdvice(distance: distance), isLong: isLong, reference: reference, risk: risk.isZero ? nil : risk)
        }
        return Entry(
            side: advice.side, quantity: try quantity(of: advice, at: reference, risked: risk),
            limitPrice: advice.limitPrice.map { roundToTick($0, away) }, stop: stop, target: target)
    }

    private func quantity(of advice: EntryAdvice, at reference: Price, risked distance: Price) throws(AdviceDefect)
        -> Quantity
    {
        let asked: Quantity
        switch (advice.quantity, advice.notional, advice.risk) {
        case (let quantity?, nil, nil): return quantity
        case (nil, let notional?, nil):
            guard notional.isPositive else { throw .notionalNotPositive(notional) }
            asked = try figure { () throws(NumericError) in try notional.quantity(at: reference, .down) }
        case (nil, nil, let risk?):
            guard risk.isPositive, risk <= Self.mostRisk else {
                throw .riskOutOfRange(risk, most: Self.mostRisk)
            }
            guard distance.isPositive, facts.equity.isPositive else {
                throw .riskWithoutBasis(reference: reference)
            }
            asked = try figure { () throws(NumericError) in
                try facts.equity.scaled(by: risk, .down).quantity(at: distance, .down)
            }
        default: throw .sizeNotOne
        }
        let quantity = try lots(asked)
        guard quantity.isPositive else { throw .belowOneLot(asked, of: nil) }
        return quantity
    }

    /// Of equity, on one entry.
    private static let mostRisk = Ratio(units: Ratio.scale / 10)
}
