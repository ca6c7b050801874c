import AlpacaAPI
import Trading

/// Pages of history: the data of all symbols together, by symbol and time, in so many at once.
struct HistoryPages<Datum: Alpaca.MarketDatum> {
    let query: Alpaca.HistoryQuery
    private let limit: Int
    private let isDescending: Bool
    /// The first that is wanted: everything before it stood on pages before.
    private let from: (symbol: Symbol, time: Timestamp)?

    init(_ query: Alpaca.HistoryQuery) throws(Failure) {
        self.query = query
        limit = query.limit ?? 1_000
        guard (1...10_000).contains(limit) else { throw .data("limit must be between 1 and 10000") }
        if case .other(let word)? = query.sort { throw .data("invalid sort: \(word)") }
        isDescending = query.sort?.known == .descending
        from = try query.pageToken.map { token throws(Failure) in try Self.read(token) }
    }

    /// What is told of what each symbol has.
    /// - Parameter data: of a symbol, by time.
    func page(
        _ symbols: [Symbol], _ data: (Symbol) throws(Failure) -> [(Timestamp, Datum)]
    ) throws(Failure) -> Alpaca.HistoryPage<Datum> {
        var page = Alpaca.HistoryPage<Datum>()
        var left = limit
        for symbol in Set(symbols).sorted() {
            if let from, symbol < from.symbol { continue }
            var rows = try data(symbol)
            if isDescending { rows.reverse() }
            if let from, symbol == from.symbol {
                rows.removeAll { isDescending ? $0.0 > from.time : $0.0 < from.time }
            }
            let taken = rows.prefix(left)
            left -= taken.count
            if !taken.isEmpty { page.bySymbol.entries.append(.init(symbol, taken.map(\.1))) }
            if rows.count > taken.count {
                page.nextPageToken = Self.token(symbol, rows[taken.count].0)
                break
            }
        }
        return page
    }

    // MARK: - Tokens

    private static func token(_ symbol: Symbol, _ time: Timestamp) -> Alpaca.PageToken {
        Alpaca.PageToken(Base64.encode(Array("\(symbol)|\(time.nanoseconds)".utf8)))
    }

    private static func read(_ token: Alpaca.PageToken) throws(Failure) -> (Symbol, Timestamp) {
        let text = Base64.decode(token.text).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        do throws(IdentityError) {
            if parts.count == 2, let nanoseconds = Int64(parts[1]) {
                return (try Symbol(String(parts[0])), Timestamp(nanoseconds: nanoseconds))
            }
        } catch {
            // It is no token of ours, whichever part is wrong.
        }
        throw .data("invalid page_token")
    }
}

extension Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32((3 - part.count) * 8)
            for index in 0...part.count { text.append(digits[Int(bits >> UInt32(18 - index * 6) & 63)]) }
        }
        return text
    }
}
