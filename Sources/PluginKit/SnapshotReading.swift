import Trading

extension PortfolioSnapshot {
    /// Prices by symbol.
    public var views: [Symbol: MarketView] {
        var views: [Symbol: MarketView] = [:]
        for view in market { views[view.symbol] = view }
        return views
    }

    /// A figure of that name for the portfolio; nil when nobody says one.
    ///
    /// Several policies may say one under the same name. Which of their figures is the careful one depends on what it is
    /// for, so that who reads it says which: the smallest `entry_scale` (least is risked), the smallest `stop_scale` (the
    /// nearest stop, which loses least), the largest `regime` (the most nervous).
    public func advisory(_ name: String, ofSeveral reading: AdvisoryReading) -> Ratio? {
        let values = (advisories ?? []).filter { $0.name == name && $0.symbol == nil }.map(\.value)
        return switch reading {
        case .smallest: values.min()
        case .largest: values.max()
        }
    }
}

/// Which of several policies' figures under one name is gone by.
public enum AdvisoryReading: Sendable {
    case smallest
    case largest
}

extension MarketView {
    /// Nil until enough bars are known, or when it was not asked for.
    public func price(_ indicator: Indicator) -> Price? { figure(indicator)?.price }
    public func ratio(_ indicator: Indicator) -> Ratio? { figure(indicator)?.ratio }

    /// Lowest low and highest high of so many whole days before this one (Donchian's channel); nil until they are known.
    ///
    /// In the regular session the newest whole day is yesterday; outside of it it is the day whose last price is known.
    public func channel(days: Int64, in session: SessionPhase) -> (low: Price, high: Price)? {
        guard let bars = series?.first(where: { $0.period == .day })?.bars else { return nil }
        let before = (session == .regular ? bars[...] : bars.dropLast()).suffix(Int(days))
        guard before.count == Int(days), let low = before.map(\.low).min(), let high = before.map(\.high).max() else {
            return nil
        }
        return (low, high)
    }

    private func figure(_ indicator: Indicator) -> IndicatorFigure? {
        indicators?.first { $0.indicator == indicator }?.figure
    }
}

extension PositionView {
    public var isLong: Bool { !quantity.isNegative }

    /// Whether a price is nearer to the market, or further in profit, than another: higher for a long.
    public func isBetter(_ price: Price, than other: Price) -> Bool { isLong ? price > other : price < other }

    /// So far on the losing side of a price.
    public func behind(_ price: Price, by distance: Price) throws(NumericError) -> Price {
        isLong ? try price - distance : try price + distance
    }

    /// On which the broker takes prices.
    public var grid: PriceIncrement { priceIncrement ?? .usEquity }

    /// Rounded to the broker's grid, away from the market.
    public func onGrid(_ price: Price) throws(NumericError) -> Price {
        try grid.rounded(price, isLong ? .down : .up)
    }
}

extension Indicator {
    /// Of days.
    /// - Throws: ``SettingsError`` that names the setting.
    public static func daily(_ kind: Kind, _ length: Int64, setting: String) throws -> Indicator {
        do { return try Indicator(kind, length, .day) } catch { throw SettingsError("\(setting): \(error)") }
    }
}
