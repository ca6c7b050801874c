import Foundation
import PluginKit
import Trading

/// Quotes from a CSV file; the rows of one time are one update. In real time the file begins now.
struct ExampleProvider: Provider {
    struct Settings: Decodable { var file: String? }

    private var updates: ArraySlice<MarketUpdate>

    init(settings: Settings, lockstep: Bool) throws {
        let file = settings.file ?? "quotes.csv"
        guard let text = FileManager.default.contents(atPath: file) else {
            throw SettingsError("file: there is no \(file)")
        }
        var updates: [MarketUpdate] = []
        for (index, row) in String(decoding: text, as: UTF8.self).split(separator: "\n").enumerated().dropFirst() {
            let cells = row.split(separator: ",")
            guard cells.count == 4, let at = Timestamp(rfc3339: cells[0]) else {
                throw SettingsError("file: \(file) line \(index + 1): time,symbol,bid,ask is needed")
            }
            let (bid, ask) = (try Price(cells[2]), try Price(cells[3]))
            let quote = Quote(symbol: try Symbol(String(cells[1])), bid: bid, ask: ask, last: bid, at: at)
            if updates.last?.at == at {
                updates[updates.count - 1].quotes?.append(quote)
            } else {
                updates.append(MarketUpdate(at: at, session: .regular, quotes: [quote]))
            }
        }
        guard !updates.isEmpty else { throw SettingsError("file: \(file) has no quotes") }
        updates[updates.count - 1].isLast = true
        self.updates = lockstep ? updates[...] : Self.moved(updates, to: wallClock())[...]
    }

    private static func moved(_ updates: [MarketUpdate], to now: Timestamp) -> [MarketUpdate] {
        let shift = now - updates[0].at
        return updates.map { update in
            var update = update
            update.at = update.at + shift
            for index in (update.quotes ?? []).indices { update.quotes?[index].at = update.at }
            return update
        }
    }

    mutating func next() -> MarketUpdate? { updates.popFirst() }
}
