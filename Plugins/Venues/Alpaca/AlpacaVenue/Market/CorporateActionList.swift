import AlpacaAPI
import JSON
import Trading

/// `/v1/corporate-actions`: the splits and dividends of the tape, those to come too, since they are announced before.
struct CorporateActionList: Sendable {
    private struct Row: Sendable {
        let kind: Alpaca.CorporateActionKind
        let symbol: Symbol
        let day: Int64
        let action: Alpaca.CorporateAction
    }

    /// All that a tape has is of the first region, and complete.
    private static let regions = ["us", "non_us", "all"]
    private static let qualities = ["all", "complete"]

    /// By day.
    private let rows: [Row]

    init(_ actions: [Trading.CorporateAction]) {
        rows = actions.compactMap(Self.row).sorted { ($0.day, $0.symbol) < ($1.day, $1.symbol) }
    }

    /// nil for a kind that no tape has.
    private static func row(_ action: Trading.CorporateAction) -> Row? {
        let day = USEquityCalendar.tradingDay(at: action.effectiveAt)
        var ids = IDSource(named: action.id)
        var told = Alpaca.CorporateAction()
        told.id = Alpaca.ReferenceID(ids.uuid())
        told.symbol = action.symbol
        (told.processDate, told.exDate) = (Alpaca.Day(daysSince1970: day), Alpaca.Day(daysSince1970: day))
        // No tape has these numbers: nine characters that look like one.
        let cusip = String(ids.uuid().filter { $0 != "-" }.prefix(9)).uppercased()
        switch action.kind {
        case .dividend(let amount):
            told.rate = Alpaca.Rate(units: amount.units * (Alpaca.Rate.scale / Price.scale))
            (told.isSpecial, told.isForeign, told.cusip) = (false, false, cusip)
            return Row(kind: .cashDividend, symbol: action.symbol, day: day, action: told)
        case .split(let numerator, let denominator):
            told.newRate = Alpaca.Rate(units: numerator * Alpaca.Rate.scale)
            told.oldRate = Alpaca.Rate(units: denominator * Alpaca.Rate.scale)
            guard numerator < denominator else {
                told.cusip = cusip
                return Row(kind: .forwardSplit, symbol: action.symbol, day: day, action: told)
            }
            told.unknown = ["old_cusip", "new_cusip"].map { .init(key: $0, value: .string(cusip)) }
            return Row(kind: .reverseSplit, symbol: action.symbol, day: day, action: told)
        case .symbolChange, .spinOff: return nil
        }
    }

    func page(_ query: Alpaca.CorporateActionsQuery, at time: Timestamp) throws(Failure) -> Alpaca.CorporateActionsPage
    {
        let limit = query.limit ?? 100
        guard (1...1_000).contains(limit) else { throw .data("limit must be between 1 and 1000") }
        for case .other(let word) in query.types.elements { throw .data("invalid type: \(word)") }
        if case .other(let word)? = query.sort { throw .data("invalid sort: \(word)") }
        for (key, words) in [("region", Self.regions), ("data_quality", Self.qualities)] {
            guard case .string(let word)? = query.unknown.first(where: { $0.key == key })?.value else { continue }
            guard words.contains(word) else { throw .data("invalid \(key): \(word)") }
        }
        if query.unknown.contains(where: { $0.key == "region" && $0.value == .string("non_us") }) { return .init() }
        var found = rows.filter { matches($0, query, today: USEquityCalendar.tradingDay(at: time)) }
        if query.sort?.known == .descending { found.reverse() }
        if let token = query.pageToken {
            guard let index = found.firstIndex(where: { $0.action.id.text == token.text }) else {
                throw .data("invalid page_token")
            }
            found.removeFirst(index)
        }
        var page = Alpaca.CorporateActionsPage()
        for row in found.prefix(limit) {
            page.byKind[row.kind, default: Alpaca.Rows()].rows.append(.success(row.action))
        }
        if found.count > limit { page.nextPageToken = Alpaca.PageToken(found[limit].action.id.text) }
        return page
    }

    private func matches(_ row: Row, _ query: Alpaca.CorporateActionsQuery, today: Int64) -> Bool {
        let ids = query.ids.elements
        guard ids.isEmpty else { return ids.contains(row.action.id) }
        if !query.symbols.elements.isEmpty, !query.symbols.elements.contains(row.symbol) { return false }
        if !query.cusips.elements.isEmpty { return row.action.cusip.map(query.cusips.elements.contains) ?? false }
        if !query.types.elements.isEmpty, !query.types.elements.contains(.known(row.kind)) { return false }
        let first = query.start?.daysSince1970 ?? today
        return row.day >= first && row.day <= query.end?.daysSince1970 ?? max(first, today)
    }
}
