import AlpacaAPI
import Trading

/// What is known of the market by now: the same for all accounts. Nothing in it is from later than the newest update.
struct MarketRecord: Sendable {
    private var series: [Symbol: MarketSeries] = [:]
    /// In the order of their symbols.
    let symbols: [Symbol]
    private let symbolsByAsset: [Alpaca.AssetID: Symbol]

    init(_ listings: [VenueConfiguration.Listing]) {
        var symbols: [Symbol] = []
        var byAsset: [Alpaca.AssetID: Symbol] = [:]
        for listing in listings where series[listing.symbol] == nil {
            let entry = MarketSeries(listing)
            series[listing.symbol] = entry
            symbols.append(listing.symbol)
            byAsset[entry.asset.id] = listing.symbol
        }
        (self.symbols, symbolsByAsset) = (symbols.sorted(), byAsset)
    }

    /// nil for what is not listed.
    subscript(_ symbol: Symbol) -> MarketSeries? { series[symbol] }

    /// By its symbol or the id of its asset; nil for what is not listed.
    func symbol(named name: String) -> Symbol? {
        do throws(IdentityError) {
            let symbol = try Symbol(name)
            if series[symbol] != nil { return symbol }
        } catch {
            // The id of an asset has small letters.
        }
        let isID = name.utf8.count == 36 && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isID ? symbolsByAsset[Alpaca.AssetID(name)] : nil
    }

    /// Takes an update over. What is not listed, and a bar with a defect, is passed over.
    mutating func apply(_ update: MarketUpdate) {
        for bar in update.bars ?? [] where bar.defect == nil { series[bar.symbol]?.absorb(bar) }
        for quote in update.quotes ?? [] { series[quote.symbol]?.absorb(quote) }
        for action in update.corporateActions ?? [] { series[action.symbol]?.absorb(action) }
    }
}

/// One asset and its market.
struct MarketSeries: Sendable {
    let asset: Alpaca.Asset
    /// Of a minute, by time.
    private(set) var minutes: [Trading.Bar] = []
    /// One for each day that is over, by time.
    private(set) var days: [Trading.Bar] = []
    /// Of the regular session under way, or of the last one.
    private(set) var today: Trading.Bar?
    private(set) var quote: Trading.Quote?
    private(set) var last: (price: Price, size: Quantity, at: Timestamp)?

    init(_ listing: VenueConfiguration.Listing) {
        var ids = IDSource(named: listing.symbol.text)
        var asset = Alpaca.Asset()
        asset.id = Alpaca.AssetID(ids.uuid())
        asset.assetClass = .known(.usEquity)
        asset.exchange = "NASDAQ"
        asset.symbol = listing.symbol
        asset.name = listing.symbol.text
        asset.status = .known(.active)
        asset.isTradable = listing.isTradable
        asset.isMarginable = true
        asset.isShortable = listing.isShortable
        asset.isEasyToBorrow = listing.isShortable
        if listing.isShortable { asset.borrowStatus = .known(.easyToBorrow) }
        asset.isFractionable = listing.isFractionable
        asset.marginRequirementLong = Ratio(units: 30 * Ratio.scale)
        asset.marginRequirementShort = Ratio(units: 30 * Ratio.scale)
        asset.maintenanceMarginRequirement = Ratio(units: 30 * Ratio.scale)
        self.asset = asset
    }

    /// Where the last regular session that is over by then has closed; nil where none was seen.
    func previousClose(at time: Timestamp) -> Price? {
        let day = USEquityCalendar.tradingDay(at: time)
        if let today, USEquityCalendar.tradingDay(at: today.start) < day { return today.close }
        return days.last?.close
    }

    /// The last trade, else the middle of the quote, else nil.
    var price: Price? {
        if let last { return last.price }
        guard let bid = quote?.bid, let ask = quote?.ask else { return quote?.bid ?? quote?.ask }
        return Price(units: bid.units + (ask.units - bid.units) / 2)
    }

    mutating func absorb(_ bar: Trading.Bar) {
        if bar.period >= .seconds(86_400) || bar.isWhole(of: .seconds(86_400)) {
            if let today, today.start < bar.start { days.append(today) }
            today = bar
        } else {
            minutes.append(bar)
            if minutes.count > VenueLimits.bars { minutes.removeFirst(VenueLimits.bars / 10) }
            if USEquityCalendar.phase(at: bar.start) == .regular { extendDay(by: bar) }
        }
        if last.map({ $0.at <= bar.end }) ?? true { last = (bar.close, bar.volume, bar.end) }
    }

    private mutating func extendDay(by bar: Trading.Bar) {
        let session = TradingSession(.usEquity, containing: bar.start)
        guard var day = today, day.start >= session.midnight else {
            if let today { days.append(today) }
            today = Trading.Bar(
                symbol: bar.symbol, start: session.midnight, period: .seconds(86_400), open: bar.open, high: bar.high,
                low: bar.low, close: bar.close, volume: bar.volume)
            return
        }
        day.high = max(day.high, bar.high)
        day.low = min(day.low, bar.low)
        day.close = bar.close
        day.volume = Quantity(units: day.volume.units &+ bar.volume.units)
        today = day
    }

    mutating func absorb(_ quote: Trading.Quote) {
        if let before = self.quote, quote.at < before.at { return }
        self.quote = quote
        if let price = quote.last, last.map({ $0.at <= quote.at && $0.price != price }) ?? true {
            last = (price, quote.bidSize ?? .one, quote.at)
        }
    }

    /// A split restates the price by which positions are valued.
    mutating func absorb(_ action: Trading.CorporateAction) {
        guard case .split(let numerator, let denominator) = action.kind, let before = last else { return }
        do throws(NumericError) {
            let price = try before.price.scaled(numerator: denominator, denominator: numerator, .halfEven)
            last = price.isPositive ? (price, before.size, action.effectiveAt) : nil
            quote = nil
        } catch {
            last = nil
        }
    }
}
