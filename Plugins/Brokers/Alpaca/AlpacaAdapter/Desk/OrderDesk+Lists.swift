import AlpacaAPI
import Trading

extension OrderDesk {
    enum Part { case account, positions }

    mutating func takePart(
        _ answer: AdapterAnswer, _ part: Part, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        guard case .listing(var listing)? = works[number] else { return }
        guard case .done(let body) = answer.outcome else { return fail(number, answer, &output) }
        do throws(Alpaca.DecodingError) {
            switch part {
            case .account: listing.account = try Alpaca.decode(Alpaca.Account.self, from: body)
            case .positions: listing.positions = try Alpaca.decode(Alpaca.Rows<Alpaca.Position>.self, from: body)
            }
        } catch {
            return finish(number, failure: error.description, &output)
        }
        works[number] = .listing(listing)
        finishListing(number, time, &output)
    }

    mutating func takeOrders(
        _ answer: AdapterAnswer, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        guard case .listing(var listing)? = works[number] else { return }
        guard case .done(let body) = answer.outcome else { return fail(number, answer, &output) }
        let rows: Alpaca.Rows<Alpaca.Order>
        do throws(Alpaca.DecodingError) {
            rows = try Alpaca.decode(Alpaca.Rows<Alpaca.Order>.self, from: body)
        } catch {
            return finish(number, failure: error.description, &output)
        }
        listing.orders += rows.elements
        listing.refused += rows.refused
        if rows.rows.count >= Limits.page, let last = rows.elements.last?.id {
            works[number] = .listing(listing)
            send(.orders(.orders(Self.openOrders(after: last))), .orders(number), &output)
            return
        }
        listing.hasAllOrders = true
        for row in rows.elements { tell(chains.take(row, at: time), time, &output) }
        let listed = listing.listed
        let open = chains.working.compactMap(\.current).filter { !listed.contains($0) }
        listing.missing = Set(open)
        works[number] = .listing(listing)
        // The list may be behind; an order that is asked for by its id is not.
        for id in open { ask(.order(id), &output) }
        finishListing(number, time, &output)
    }

    mutating func finishListing(_ number: Int64, _ time: Timestamp, _ output: inout DeskOutput) {
        guard case .listing(let listing)? = works[number], listing.isComplete else { return }
        guard let state = listing.state(of: account, chains, at: time) else {
            return finish(number, failure: "the account's figures are not all there", &output)
        }
        output.reports.append(.state(state, to: number))
        finish(number, &output)
    }

    private mutating func fail(_ number: Int64, _ answer: AdapterAnswer, _ output: inout DeskOutput) {
        switch answer.outcome {
        case .done: return
        case .refused(let refusal), .tooMany(let refusal): finish(number, failure: refusal.words, &output)
        case .unknown(let words): finish(number, failure: words, &output)
        }
    }
}
