import AlpacaAPI
import Trading

extension OrderDesk {
    mutating func ask(
        _ subject: LookUp.Subject, after page: Alpaca.ActivityID? = nil, _ output: inout DeskOutput
    ) {
        guard asked[subject] == nil else { return }
        let call: AdapterRequest.Call
        switch subject {
        case .order(let id): call = .order(.order(Alpaca.OrderID(id.text), nested: true))
        case .clientOrder(let id): call = .order(.order(clientOrderID: Alpaca.ClientOrderID(id.text)))
        case .executions(let id):
            var query = Alpaca.ActivityQuery()
            query.orderID = Alpaca.OrderID(id.text)
            (query.pageSize, query.pageToken) = (Limits.activityPage, page)
            call = .activities(.activities(of: .fill, query))
        }
        asked[subject] = send(call, .lookUp(subject), &output)
    }

    mutating func takeLookUp(
        _ answer: AdapterAnswer, _ subject: LookUp.Subject, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        asked[subject] = nil
        var found = Found.here
        switch answer.outcome {
        case .done(let body): found = takeFound(body, subject, time, &output)
        case .refused(let refusal) where refusal.cause == .notFound:
            found = .nowhere
            takeNotFound(subject, time, &output)
        case .refused(let refusal), .tooMany(let refusal): found = .failed(refusal.words)
        case .unknown(let words): found = .failed(words)
        }
        if found == .more { return }
        if case .failed = found { chains.look(up: subject, at: time + Limits.retryDelay) }
        answerQueries(about: subject, found, time, &output)
        settle(subject, found, time, &output)
    }

    private enum Found: Equatable {
        case here
        case nowhere
        /// The next page is asked for.
        case more
        case failed(String)

        var isKnown: Bool { self == .here || self == .nowhere }
    }

    private mutating func takeFound(
        _ body: [UInt8], _ subject: LookUp.Subject, _ time: Timestamp, _ output: inout DeskOutput
    ) -> Found {
        guard case .executions(let link) = subject else {
            return takeOrder(body, isAsked: isQueried(subject), time, &output) ? .here : .failed(Self.unreadable)
        }
        let rows: [Alpaca.Activity]
        do throws(Alpaca.DecodingError) {
            rows = try Alpaca.decode(Alpaca.Rows<Alpaca.Activity>.self, from: body).elements
        } catch {
            pages[link] = nil
            return .failed(Self.unreadable)
        }
        pages[link, default: []] += rows.compactMap { row in
            if case .trade(let trade) = row, trade.orderID?.text == link.text { trade } else { nil }
        }
        if rows.count >= Limits.activityPage, let last = rows.last?.id {
            ask(subject, after: last, &output)
            return .more
        }
        let trades = pages.removeValue(forKey: link) ?? []
        tell(chains.take(executions: trades, of: link, at: time), time, &output)
        return .here
    }

    private static let unreadable = "its answer cannot be read"

    private func isQueried(_ subject: LookUp.Subject) -> Bool {
        works.values.contains { if case .querying(let work) = $0 { work.subject == subject } else { false } }
    }

    /// Nobody has it. As long as the request may still arrive, that says nothing.
    private mutating func takeNotFound(
        _ subject: LookUp.Subject, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        guard case .clientOrder(let id) = subject, let chain = chains[id], chain.current == nil, chain.order.isWorking,
            !chains.isReplacing(by: id)
        else { return }
        var sentAt = chain.order.submittedAt
        if let (number, work) = submission(of: id) {
            sentAt = work.sentAt
            // What is asked for anew, after so long, is another order.
            let isFresh = time - chain.order.submittedAt < Limits.repeatable
            if work.mayRepeat, isFresh { return sendAgain(work, number, time, &output) }
        }
        if time - sentAt >= Limits.arrival {
            let ids = chains.submittedTogether(with: id)
            tell(chains.reject(ids, reason: "the venue never had it", at: time), time, &output)
        } else {
            chains.look(up: subject, at: time + Limits.retryDelay)
        }
    }

    private func submission(of head: ClientOrderID) -> (number: Int64, work: CommandWork.Submitting)? {
        for (number, work) in works {
            if case .submitting(let work) = work, work.head == head { return (number, work) }
        }
        return nil
    }

    /// The venue said that it did nothing, and has nothing. What becomes of the second request is not known before its answer.
    private mutating func sendAgain(
        _ work: CommandWork.Submitting, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        var work = work
        (work.mayRepeat, work.sentAt) = (false, time)
        work.repeats += 1
        works[number] = .submitting(work)
        send(.order(work.endpoint), .command(number), &output)
    }

    /// What an order that was looked up says about the commands that wait for it.
    private mutating func settle(
        _ subject: LookUp.Subject, _ found: Found, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        for number in works.keys.sorted() {
            switch works[number] {
            case .replacing(let work) where subject == .order(work.link):
                let isPending = chains[work.first]?.order.status == .pendingReplace
                // One before may have been: by somebody else, or by the venue itself.
                let isReplaced = chains[work.first]?.links.last?.replacedBy != nil
                guard isPending else { continue }
                if found.isKnown, !isReplaced, let refusal = work.refusal,
                    work.isFinal || time - work.sentAt >= Limits.arrival
                {
                    tell(chains.rejectReplacement(of: work.first, reason: refusal, at: time), time, &output)
                } else {
                    chains.look(up: subject, at: time + Limits.retryDelay)
                }
            case .canceling(let work) where subject == .order(work.link):
                guard found.isKnown, let refusal = work.refusal else { continue }
                tell(chains.rejectCancel(of: work.id, reason: refusal, at: time), time, &output)
                finish(number, &output)
            case .listing(var listing):
                guard case .order(let id) = subject, listing.missing.contains(id) else { continue }
                guard found.isKnown else {
                    finish(number, failure: "an open order cannot be looked up", &output)
                    continue
                }
                listing.missing.remove(id)
                works[number] = .listing(listing)
                finishListing(number, time, &output)
            case .submitting, .replacing, .canceling, .querying, nil: continue
            }
        }
    }

    /// The order itself, then the executions that are missing of it, then the answer.
    private mutating func answerQueries(
        about subject: LookUp.Subject, _ found: Found, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        for number in works.keys.sorted() {
            guard case .querying(var work)? = works[number], work.subject == subject else { continue }
            if case .failed(let why) = found {
                finish(number, failure: why, &output)
                continue
            }
            if found == .here, chains[work.id] == nil {
                finish(number, failure: "the order cannot be said", &output)
                continue
            }
            work.steps += 1
            let next = chains[work.id].flatMap(next(of:))
            if let next, work.steps < Limits.querySteps, next != subject {
                work.subject = next
                works[number] = .querying(work)
                ask(next, &output)
            } else {
                answer(work, number, isComplete: next == nil, &output)
            }
        }
    }

    /// What is still to be asked for before an order can be answered for.
    private func next(of chain: OrderChain) -> LookUp.Subject? {
        if chain.current == nil { return chain.order.isWorking ? chains.subject(of: chain.id) : nil }
        return chain.linksWithMissingExecutions.first.map { .executions($0) }
    }

    private mutating func answer(
        _ work: CommandWork.Querying, _ number: Int64, isComplete: Bool, _ output: inout DeskOutput
    ) {
        let chain = chains[work.id]
        guard isComplete else {
            let words = chain?.current == nil ? "what became of its submission" : "what was filled of it"
            return finish(number, failure: words + " is not known yet", &output)
        }
        output.reports.append(
            .answer(
                OrderAnswer(
                    clientOrderID: work.id, order: chains.listed(work.id), executions: chain?.executions ?? []),
                to: number))
        finish(number, &output)
    }
}
