import Trading

/// Exposure, concentration and open risk of all positions together, as shares of equity.
struct PortfolioFigures {
    private(set) var gross: Ratio = .zero
    private(set) var net: Ratio = .zero
    private(set) var largest: Ratio = .zero
    private(set) var concentration: Ratio = .zero
    private(set) var openRisk: Ratio = .zero
    private(set) var sectors: [SectorView] = []

    /// - Throws: ``NumericError`` when the figures overflow.
    init(_ positions: [PositionView], equity: Money) throws(NumericError) {
        var (grossValue, netValue, risk) = (Money.zero, Money.zero, Money.zero)
        for position in positions {
            try grossValue += position.marketValue.magnitude()
            try netValue += position.marketValue
            try risk += Self.risk(position)
            largest = max(largest, position.weight)
        }
        gross = grossValue.weight(of: equity)
        net = netValue.weight(of: equity)
        openRisk = risk.weight(of: equity)
        concentration = try Self.concentration(positions, grossValue)
        sectors = try Self.sectors(positions, equity)
    }

    /// What is lost from the present price to the stop; without a full stop, everything.
    private static func risk(_ position: PositionView) throws(NumericError) -> Money {
        let value = try position.marketValue.magnitude()
        let size = Quantity(units: Int64(position.quantity.units.magnitude))
        guard let protection = position.protection, let stop = protection.stopPrice, let price = position.lastPrice,
            protection.stopQuantity >= size
        else { return value }
        let room = position.quantity.isPositive ? try price - stop : try stop - price
        return max(.zero, try room.times(size))
    }

    private static func concentration(_ positions: [PositionView], _ gross: Money) throws(NumericError) -> Ratio {
        guard gross.isPositive else { return .zero }
        var sum = Ratio.zero
        for position in positions {
            let share = try position.marketValue.magnitude().ratio(to: gross)
            try sum += share.scaled(by: share, .halfEven)
        }
        return sum
    }

    private static func sectors(_ positions: [PositionView], _ equity: Money) throws(NumericError) -> [SectorView] {
        var groups: [String: [PositionView]] = [:]
        for position in positions {
            if let sector = position.sector { groups[sector, default: []].append(position) }
        }
        var views: [SectorView] = []
        for (name, members) in groups.inOrder {
            var (gross, net) = (Money.zero, Money.zero)
            for member in members {
                try gross += member.marketValue.magnitude()
                try net += member.marketValue
            }
            views.append(
                SectorView(
                    name: name, grossWeight: gross.weight(of: equity), netWeight: net.weight(of: equity),
                    symbols: members.map(\.symbol)))
        }
        return views
    }
}
