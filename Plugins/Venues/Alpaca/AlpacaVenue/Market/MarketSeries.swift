import AlpacaAPI
import Trading

/// One asset and its market.
struct MarketSeries: Sendable {
    let asset: Alpaca.Asset
    let hours: TradingHours
    /// Of a minute, by time.
    private(set) var minutes: [Trading.Bar] = []
    /// One for each day that is over, by time.
    private(set) var days: [TradedBar] = []
    /// Of the regular session under way, or of the last one.
    private(set) var today: TradedBar?
    /// By time.
    private(set) var quotes: [Trading.Quote] = []
    private(set) var last: (price: Price, size: Quantity, at: Timestamp)?
    private(set) var splits: [Split] = []
    private(set) var paysDividends = false

    /// So many new shares for so many old.
    struct Split: Sendable {
        var numerator: Int64
        var denominator: Int64
        var at: Timestamp
    }

    var quote: Trading.Quote? { isQuoted ? quotes.last : nil }
    /// False from a split on until the next quote.
    private var isQuoted = true

    init(_ listing: VenueConfiguration.Listing) {
        var ids = IDSource(named: listing.symbol.text)
        var asset = Alpaca.Asset()
        asset.id = Alpaca.AssetID(ids.uuid())
        asset.symbol = listing.symbol
        asset.name = listing.symbol.text
        asset.status = .known(.active)
        asset.isTradable = listing.isTradable
        hours = TradingHours(of: listing.symbol)
        switch hours {
        case .usEquity: Self.describeShare(&asset, listing)
        case .continuous: Self.describePair(&asset)
        }
        self.asset = asset
    }

    private static func describeShare(_ asset: inout Alpaca.Asset, _ listing: VenueConfiguration.Listing) {
        let percent = Ratio(units: 30 * Ratio.scale)
        (asset.assetClass, asset.exchange, asset.isMarginable) = (.known(.usEquity), "NASDAQ", true)
        (asset.isShortable, asset.isEasyToBorrow) = (listing.isShortable, listing.isShortable)
        if listing.isShortable { asset.borrowStatus = .known(.easyToBorrow) }
        asset.isFractionable = listing.isFractionable
        (asset.marginRequirementLong, asset.marginRequirementShort) = (percent, percent)
        asset.maintenanceMarginRequirement = percent
    }

    private static func describePair(_ asset: inout Alpaca.Asset) {
        (asset.assetClass, asset.exchange, asset.isMarginable) = (.known(.crypto), "CRYPTO", false)
        (asset.isShortable, asset.isEasyToBorrow, asset.isFractionable) = (false, false, true)
        (asset.minimumOrderSize, asset.minimumTradeIncrement) = (Quantity(units: 1), Quantity(units: 1))
        asset.priceIncrement = Price(units: 1)
    }

    /// The day that a time belongs to: New York's, or UTC's round the clock.
    private func day(at time: Timestamp) -> TradingSession { TradingSession(hours, containing: time) }

    /// Where the last regular session that is over by then has closed; nil where none was seen.
    func previousClose(at time: Timestamp) -> Price? {
        if let today, today.bar.start < day(at: time).midnight { return today.bar.close }
        return days.last?.bar.close
    }

    /// The last trade, else the middle of the quote, else nil.
    var price: Price? {
        if let last { return last.price }
        guard let bid = quote?.bid, let ask = quote?.ask else { return quote?.bid ?? quote?.ask }
        return Price(units: bid.units + (ask.units - bid.units) / 2)
    }

    mutating func absorb(_ bar: Trading.Bar) {
        if bar.period >= .seconds(86_400) || bar.isWhole(of: .seconds(86_400)) {
            let session = day(at: bar.start)
            if let today, today.bar.start < session.midnight { days.append(today) }
            today = TradedBar(bar).starting(at: session.midnight)
        } else {
            minutes.append(bar)
            if minutes.count > VenueLimits.bars { minutes.removeFirst(VenueLimits.bars / 10) }
            if Sessions.isOpen(bar.symbol, at: bar.start) { extendDay(by: bar) }
        }
        if last.map({ $0.at <= bar.end }) ?? true { last = (bar.close, bar.volume, bar.end) }
    }

    private mutating func extendDay(by bar: Trading.Bar) {
        let session = day(at: bar.start)
        let next = TradedBar(bar)
        guard var day = today, day.bar.start >= session.midnight else {
            if let today { days.append(today) }
            today = next.starting(at: session.midnight)
            return
        }
        day.extend(by: next)
        today = day
    }

    mutating func absorb(_ quote: Trading.Quote) {
        if let before = quotes.last, quote.at < before.at { return }
        quotes.append(quote)
        if quotes.count > VenueLimits.bars { quotes.removeFirst(VenueLimits.bars / 10) }
        isQuoted = true
        if let price = quote.last, last.map({ $0.at <= quote.at && $0.price != price }) ?? true {
            last = (price, quote.bidSize ?? .one, quote.at)
        }
    }

    /// A split restates the price by which positions are valued.
    mutating func absorb(_ action: Trading.CorporateAction) {
        switch action.kind {
        case .dividend: paysDividends = true
        case .symbolChange, .spinOff: break
        case .split(let numerator, let denominator):
            splits.append(Split(numerator: numerator, denominator: denominator, at: action.effectiveAt))
            isQuoted = false
            guard let before = last else { return }
            do throws(NumericError) {
                let price = try before.price.scaled(numerator: denominator, denominator: numerator, .halfEven)
                last = price.isPositive ? (price, before.size, action.effectiveAt) : nil
            } catch {
                last = nil
            }
        }
    }
}
