import AlpacaAPI
import Trading

/// Carries out the core's commands: commands, answers and messages of the stream go in, requests and reports come out. It has
/// no socket and no clock.
///
///     let number = desk.begin(.submit(submission), at: now, &output)
///     ... each of `output.requests` is sent ...
///     desk.take(answer, of: request.tag, at: now, &output)
///     desk.take(update, at: now, &output)
///     desk.advance(to: now, &output)      // when `nextDue` has come
///
/// - I-AA-4: An order is never sent a second time before the venue has said that it does not have it.
/// - I-AA-5: While the stream is down nothing is placed or replaced.
package struct OrderDesk: Sendable {
    let account: AccountID
    package internal(set) var chains: OrderChains
    /// The stream is listened to, and what was missed before is known.
    private var isReady = false
    private var lastNumber: Int64 = 0
    private var lastTag: Int64 = 0
    var works: [Int64: CommandWork] = [:]
    private var sent: [Int64: Purpose] = [:]
    /// Until when the core waits for the end of a command; what is not over then goes on without it.
    private var deadlines: [Int64: Timestamp] = [:]
    /// What is asked for at this time, by its tag.
    var asked: [LookUp.Subject: Int64] = [:]
    /// Executions of an order of the venue, of the pages that came so far.
    var pages: [BrokerOrderID: [Alpaca.TradeActivity]] = [:]

    enum Purpose: Sendable {
        case command(Int64)
        case lookUp(LookUp.Subject)
        case account(Int64)
        case positions(Int64)
        case orders(Int64)
    }

    /// - Parameter chains: as they were kept; what was sent and not answered before is looked up.
    package init(account: AccountID, chains: OrderChains = OrderChains(), at time: Timestamp) {
        (self.account, self.chains) = (account, chains)
        for id in chains.unanswered { self.chains.look(up: chains.subject(of: id), at: time) }
        resume(at: time)
    }

    /// Goes on with what a process before this one had sent.
    private mutating func resume(at time: Timestamp) {
        let refusal = "there was no answer before the adapter was started again"
        for chain in chains.working {
            guard let link = chain.current else { continue }
            switch chain.order.status {
            case .pendingReplace:
                lastNumber += 1
                works[lastNumber] = .replacing(
                    .init(first: chain.id, link: link, sentAt: chain.order.updatedAt, refusal: refusal))
            case .pendingCancel:
                lastNumber += 1
                works[lastNumber] = .canceling(.init(id: chain.id, link: link, refusal: refusal))
            case .pendingNew, .accepted, .new, .held, .partiallyFilled, .suspended, .stopped, .calculated, .doneForDay,
                .unknown, .filled, .canceled, .expired, .replaced, .rejected:
                continue
            }
            chains.look(up: .order(link), at: time)
        }
    }

    /// Forgets orders that were over before this time, of which nothing more is told.
    package mutating func prune(before time: Timestamp) { chains.prune(before: time) }

    /// The stream is up and everything is reconciled, or is not any more.
    package mutating func setReady(_ isReady: Bool) { self.isReady = isReady }

    package func isWorking(on command: Int64) -> Bool { works[command] != nil }

    /// When ``advance(to:_:)`` has something to do.
    package var nextDue: Timestamp? {
        let dues = works.values.compactMap { work -> Timestamp? in
            switch work {
            case .canceling(let work): work.due
            case .submitting, .replacing, .querying, .listing: nil
            }
        }
        return (dues + deadlines.values + [chains.nextLookUp].compactMap { $0 }).min()
    }

    // MARK: - Commands

    /// - Parameter session: of the exchange.
    /// - Returns: the command's number, by which ``DeskOutput/finished`` names it.
    package mutating func begin(
        _ command: OrderCommand, in session: SessionPhase = .regular, at time: Timestamp, _ output: inout DeskOutput
    ) -> Int64 {
        lastNumber += 1
        let number = lastNumber
        deadlines[number] = time + Limits.patience
        switch command {
        case .submit(let submission): submit(submission, session, number, time, &output)
        case .replace(let replacement): replace(replacement, number, time, &output)
        case .cancel(let id): cancel(id, number, time, &output)
        case .query(let id): query(id, number, &output)
        case .reconcile: reconcile(number, &output)
        }
        return number
    }

    private mutating func submit(
        _ submission: OrderSubmission, _ session: SessionPhase, _ number: Int64, _ time: Timestamp,
        _ output: inout DeskOutput
    ) {
        guard isReady else { return finish(number, failure: Self.notReady, &output) }
        do throws(Unplaceable) {
            let request = try Alpaca.OrderRequest(submission, in: session)
            let known = chains.expect(submission, at: time)
            guard known.isEmpty else {
                output.reports += known
                return finish(number, &output)
            }
            let head = try submission.headAndLegs().first.clientOrderID
            let work = CommandWork.Submitting(head: head, endpoint: .place(request), sentAt: time)
            works[number] = .submitting(work)
            send(.order(work.endpoint), .command(number), &output)
        } catch {
            let known = chains.expect(submission, at: time)
            let ids = submission.orders.map(\.clientOrderID)
            output.reports += known.isEmpty ? chains.reject(ids, reason: error.description, at: time) : known
            finish(number, &output)
        }
    }

    private mutating func replace(
        _ replacement: OrderReplacement, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        guard isReady else { return finish(number, failure: Self.notReady, &output) }
        let first = replacement.clientOrderID
        guard let order = chains.listed(first), let link = chains.current(of: first) else {
            output.reports.append(
                .execution(
                    ExecutionReport(
                        clientOrderID: first, event: .replaceRejected, reason: "it is not known here", at: time)))
            return finish(number, &output)
        }
        do throws(Unplaceable) {
            let change = try Alpaca.OrderChange(replacement, of: order)
            guard chains.expect(replacement, at: time) else {
                output.reports.append(refusal(of: first, "it can no longer be replaced", time))
                return finish(number, &output)
            }
            works[number] = .replacing(.init(first: first, link: link, sentAt: time))
            send(.order(.replace(Alpaca.OrderID(link.text), change)), .command(number), &output)
        } catch {
            output.reports.append(refusal(of: first, error.description, time))
            finish(number, &output)
        }
    }

    private func refusal(of id: ClientOrderID, _ reason: String, _ time: Timestamp) -> AdapterReport {
        .execution(ExecutionReport(clientOrderID: id, event: .replaceRejected, reason: reason, at: time))
    }

    private mutating func cancel(
        _ id: ClientOrderID, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        guard let chain = chains[id] else {
            output.reports.append(
                .execution(
                    ExecutionReport(
                        clientOrderID: id, event: .cancelRejected, reason: "it is not known here", at: time)))
            return finish(number, &output)
        }
        guard chain.order.isWorking else {
            output.reports.append(.execution(chain.status(at: time)))
            if chain.order.status != .canceled {
                let words = "it is \(chain.order.status.rawValue) already"
                output.reports.append(
                    .execution(
                        ExecutionReport(clientOrderID: id, event: .cancelRejected, reason: words, at: time)))
            }
            return finish(number, &output)
        }
        guard let link = chain.current else {
            // It is being looked for; the core asks again.
            return finish(number, failure: "what became of its submission is not known yet", &output)
        }
        chains.expectCancel(of: id, at: time)
        works[number] = .canceling(.init(id: id, link: link))
        send(.cancel(.cancel(Alpaca.OrderID(link.text))), .command(number), &output)
    }

    private mutating func query(_ id: ClientOrderID, _ number: Int64, _ output: inout DeskOutput) {
        let subject = chains.subject(of: id)
        works[number] = .querying(.init(id: id, subject: subject))
        ask(subject, &output)
    }

    private mutating func reconcile(_ number: Int64, _ output: inout DeskOutput) {
        works[number] = .listing(AccountListing())
        send(.account(.account), .account(number), &output)
        send(.positions(.positions), .positions(number), &output)
        send(.orders(.orders(Self.openOrders(after: nil))), .orders(number), &output)
    }

    static func openOrders(after last: Alpaca.OrderID?) -> Alpaca.OrderListQuery {
        var query = Alpaca.OrderListQuery()
        (query.status, query.isNested, query.limit) = (.known(.open), true, Limits.page)
        (query.direction, query.afterOrderID) = (.known(.ascending), last)
        return query
    }

    private static let notReady = "the stream of trade updates is down: nothing is sent before it is up and reconciled"

    // MARK: - What comes in

    package mutating func take(
        _ update: Alpaca.TradeUpdate, at time: Timestamp, _ output: inout DeskOutput
    ) {
        tell(chains.take(update, at: time), time, &output)
    }

    /// An execution, a correction or a bust, of the account's events.
    package mutating func take(
        _ event: Alpaca.ActivityEvent, _ details: Alpaca.TradeDetails, at time: Timestamp, _ output: inout DeskOutput
    ) {
        tell(chains.take(event, details, at: time), time, &output)
    }

    package mutating func take(
        _ answer: AdapterAnswer, of tag: Int64, at time: Timestamp, _ output: inout DeskOutput
    ) {
        guard let purpose = sent.removeValue(forKey: tag) else { return }
        switch purpose {
        case .command(let number): takeAnswer(answer, number, time, &output)
        case .lookUp(let subject): takeLookUp(answer, subject, time, &output)
        case .account(let number): takePart(answer, .account, number, time, &output)
        case .positions(let number): takePart(answer, .positions, number, time, &output)
        case .orders(let number): takeOrders(answer, number, time, &output)
        }
    }

    /// Sends what is due.
    package mutating func advance(to time: Timestamp, _ output: inout DeskOutput) {
        for subject in chains.takeLookUps(at: time) { ask(subject, &output) }
        for number in deadlines.filter({ $0.value <= time }).map(\.key).sorted() { giveUp(number, &output) }
        for number in works.keys.sorted() {
            switch works[number] {
            case .canceling(var work):
                guard let due = work.due, due <= time else { continue }
                work.due = nil
                works[number] = .canceling(work)
                send(.cancel(.cancel(Alpaca.OrderID(work.link.text))), .command(number), &output)
            case .submitting, .replacing, .querying, .listing, nil: continue
            }
        }
    }

    /// The core waits no longer. Whether an order was placed, replaced or canceled is found out all the same.
    private mutating func giveUp(_ number: Int64, _ output: inout DeskOutput) {
        switch works[number] {
        case .querying, .listing: finish(number, failure: "the venue does not answer", &output)
        case .submitting, .replacing, .canceling, nil:
            deadlines[number] = nil
            output.finished.append(.init(command: number, failure: nil))
        }
    }

    private mutating func takeAnswer(
        _ answer: AdapterAnswer, _ number: Int64, _ time: Timestamp, _ output: inout DeskOutput
    ) {
        switch works[number] {
        case .submitting(let work): takeSubmitted(answer.outcome, work, number, time, &output)
        case .replacing(let work): takeReplaced(answer.outcome, work, number, time, &output)
        case .canceling(let work): takeCanceled(answer.outcome, work, number, time, &output)
        case .querying, .listing, nil:
            // The command is over for the core; what the answer says is true all the same.
            if case .done(let body) = answer.outcome, !body.isEmpty { takeOrder(body, time, &output) }
        }
    }

    private mutating func takeSubmitted(
        _ outcome: AdapterAnswer.Outcome, _ work: CommandWork.Submitting, _ number: Int64, _ time: Timestamp,
        _ output: inout DeskOutput
    ) {
        var work = work
        switch outcome {
        case .done(let body):
            if takeOrder(body, time, &output) {
                // Legs that did not come with it are found below the order itself.
                if let leg = missing(of: work.head), works[number] != nil {
                    chains.look(up: chains.subject(of: leg), at: time + Limits.pause)
                }
                return
            }
        case .refused(let refusal):
            let ids = chains.submittedTogether(with: work.head)
            return tell(chains.reject(ids, reason: refusal.words, at: time), time, &output)
        case .tooMany: work.mayRepeat = work.repeats < Limits.repeats
        case .unknown: break
        }
        works[number] = .submitting(work)
        chains.look(up: .clientOrder(work.head), at: time + Limits.pause)
    }

    private mutating func takeReplaced(
        _ outcome: AdapterAnswer.Outcome, _ work: CommandWork.Replacing, _ number: Int64, _ time: Timestamp,
        _ output: inout DeskOutput
    ) {
        var work = work
        switch outcome {
        case .done(let body): takeOrder(body, time, &output)
        case .refused(let refusal), .tooMany(let refusal): (work.refusal, work.isFinal) = (refusal.words, true)
        case .unknown(let words): work.refusal = words
        }
        guard works[number] != nil else { return }
        works[number] = .replacing(work)
        ask(.order(work.link), &output)
    }

    private mutating func takeCanceled(
        _ outcome: AdapterAnswer.Outcome, _ work: CommandWork.Canceling, _ number: Int64, _ time: Timestamp,
        _ output: inout DeskOutput
    ) {
        var work = work
        switch outcome {
        case .done:
            // That it is canceled is told by the stream, or by nobody.
            for delay in Limits.cancelDelays {
                chains.look(up: .order(work.link), at: time + delay, unlessOver: true)
            }
            return finish(number, &output)
        case .refused(let refusal):
            work.refusal = refusal.words
            works[number] = .canceling(work)
            return ask(.order(work.link), &output)
        case .tooMany, .unknown:
            work.repeats += 1
            guard work.repeats <= Limits.repeats else {
                work.refusal = "there was no answer to \(work.repeats) requests"
                works[number] = .canceling(work)
                return chains.look(up: .order(work.link), at: time + Limits.pause)
            }
            work.due = time + Limits.pause
            works[number] = .canceling(work)
        }
    }

    /// - Returns: false for an answer that cannot be read.
    @discardableResult
    mutating func takeOrder(
        _ body: [UInt8], isAsked: Bool = false, _ time: Timestamp, _ output: inout DeskOutput
    ) -> Bool {
        do throws(Alpaca.DecodingError) {
            let row = try Alpaca.decode(Alpaca.Order.self, from: body)
            tell(chains.take(row, isAsked: isAsked, at: time), time, &output)
            return true
        } catch {
            return false
        }
    }

    // MARK: - What goes out

    @discardableResult
    mutating func send(_ call: AdapterRequest.Call, _ purpose: Purpose, _ output: inout DeskOutput) -> Int64 {
        lastTag += 1
        sent[lastTag] = purpose
        output.requests.append(AdapterRequest(tag: lastTag, call: call))
        return lastTag
    }

    /// Reports, and the commands that they answer.
    mutating func tell(_ reports: [AdapterReport], _ time: Timestamp, _ output: inout DeskOutput) {
        output.reports += reports
        for number in works.keys.sorted() {
            switch works[number] {
            case .submitting(let work):
                if missing(of: work.head) == nil { finish(number, &output) }
            case .replacing(let work):
                if chains[work.first]?.order.status != .pendingReplace { finish(number, &output) }
            case .canceling(let work):
                if chains[work.id]?.order.isWorking != true { finish(number, &output) }
            case .querying, .listing, nil: continue
            }
        }
    }

    /// Of the orders of a submission, one of which the venue has not been heard.
    private func missing(of head: ClientOrderID) -> ClientOrderID? {
        chains.submittedTogether(with: head).first {
            chains[$0].map { $0.current == nil && $0.order.isWorking } ?? false
        }
    }

    mutating func finish(_ number: Int64, failure: String? = nil, _ output: inout DeskOutput) {
        works[number] = nil
        guard deadlines.removeValue(forKey: number) != nil else { return }
        output.finished.append(.init(command: number, failure: failure))
    }

    enum Limits {
        /// From sending a request to its arrival at the venue.
        static let arrival = TimeSpan.seconds(30)
        /// The core waits 60 s for the answer of a command.
        static let patience = TimeSpan.seconds(45)
        /// From the command on, in which a request of which nothing was done is sent once more.
        static let repeatable = TimeSpan.seconds(20)
        static let pause = TimeSpan.seconds(1)
        static let retryDelay = TimeSpan.seconds(2)
        static let cancelDelays = [TimeSpan.seconds(2), .seconds(5)]
        static let repeats = 3
        static let querySteps = 20
        static let page = 500
        static let activityPage = 100
    }
}
