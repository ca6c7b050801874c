import AlpacaAPI
import Trading

/// What is known of the market by now: the same for all accounts. Nothing in it is from later than the newest update.
struct MarketRecord: Sendable {
    private var series: [Symbol: MarketSeries] = [:]
    /// In the order of their symbols.
    let symbols: [Symbol]
    let actions: CorporateActionList
    private let symbolsByAsset: [Alpaca.AssetID: Symbol]

    init(_ listings: [VenueConfiguration.Listing], _ actions: [Trading.CorporateAction]) {
        self.actions = CorporateActionList(actions)
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

    /// The symbol as it is listed: a pair may be named without its slash.
    func listed(_ symbol: Symbol) -> Symbol? {
        if series[symbol] != nil { return symbol }
        return symbols.first { $0.isPair && $0.text.utf8.filter { $0 != UInt8(ascii: "/") } == Array(symbol.text.utf8) }
    }

    /// By its symbol or the id of its asset; nil for what is not listed.
    func symbol(named name: String) -> Symbol? {
        do throws(IdentityError) {
            let symbol = try Symbol(name)
            if let listed = listed(symbol) { return listed }
        } catch {
            // The id of an asset has small letters.
        }
        let isID = name.utf8.count == 36 && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isID ? symbolsByAsset[Alpaca.AssetID(name)] : nil
    }

    /// Symbols of an update's quotes that are halted before it.
    func halted(in update: MarketUpdate) -> Set<Symbol> {
        Set((update.quotes ?? []).map(\.symbol).filter { series[$0]?.quotes.last?.isHalted == true })
    }

    /// Takes an update over. What is not listed, and a bar with a defect, is passed over.
    mutating func apply(_ update: MarketUpdate) {
        for bar in update.bars ?? [] where bar.defect == nil { series[bar.symbol]?.absorb(bar) }
        for quote in update.quotes ?? [] { series[quote.symbol]?.absorb(quote) }
        for action in update.corporateActions ?? [] { series[action.symbol]?.absorb(action) }
    }
}
