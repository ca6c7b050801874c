import AlpacaAPI
import Trading

/// Which orders of the venue carry out which orders of the core, and what the core is told of them.
///
///     chains.expect(submission, at: now)      // before the request leaves
///     reports = chains.take(answer, at: now)  // an order: of an answer, or of a list
///     reports = chains.take(update, at: now)  // of the stream
///     lookUps = chains.takeLookUps(at: now)   // what is to be asked for
///
/// - I-AA-1: An execution is told once, whatever tells of it, and never beyond the venue's own count of its order.
/// - I-AA-2: An order that is over is never told to live again, but for one that was given up as never taken.
/// - I-AA-3: Each order of the venue belongs to one order of the core at most.
///
/// The value is the adapter's memory: it is kept on the disk, row by row (``rows(since:)``), since the legs of a group have ids of
/// the venue's alone.
package struct OrderChains: Equatable, Sendable {
    private(set) var chains: [ClientOrderID: OrderChain] = [:]
    private(set) var owners: [BrokerOrderID: ClientOrderID] = [:]
    private(set) var groups: [OrderGroup] = []
    /// By the first order: what is to take its place.
    private(set) var successors: [ClientOrderID: ClientOrderID] = [:]
    /// Of a successor, while the order whose place it is to take still rests.
    private(set) var early: [ClientOrderID: [VenueNews]] = [:]
    /// Of orders whose chain cannot be told yet.
    private(set) var unclaimed: [UnclaimedNews] = []
    private(set) var lookUps = LookUps()

    package init() {}

    /// As they were kept.
    init(_ stored: StoredChains) {
        (chains, owners, groups) = (stored.chains, stored.owners, stored.groups)
        (successors, early) = (stored.successors, stored.early)
        (unclaimed, lookUps) = (stored.loose.unclaimed, stored.loose.lookUps)
    }

    package subscript(id: ClientOrderID) -> OrderChain? { chains[id] }

    /// The venue's order that is to be canceled or replaced; nil while it is not known.
    package func current(of id: ClientOrderID) -> BrokerOrderID? { chains[id]?.current }

    // MARK: - Requests of the core

    /// Before a submission is sent.
    /// - Returns: what is known of those that came before, each by its last report; then nothing is to be sent.
    package mutating func expect(_ submission: OrderSubmission, at time: Timestamp) -> [AdapterReport] {
        if submission.orders.contains(where: { chains[$0.clientOrderID] != nil }) {
            return submission.orders.map { .execution(statusOfKnown($0.clientOrderID, at: time)) }
        }
        for terms in submission.orders {
            let order = Order(
                terms: terms, groupID: submission.groupID, groupKind: submission.groupKind, submittedAt: time)
            chains[order.id] = OrderChain(order, part: terms.part(in: submission.groupKind))
        }
        if let kind = submission.groupKind {
            let head = submission.orders.first { $0.part(in: kind) == (kind == .oco ? .target : .entry) }
            let members = submission.orders.map(\.clientOrderID)
            groups.append(OrderGroup(head: head?.clientOrderID ?? members[0], members: members))
        }
        return []
    }

    /// What is new beside what is known is refused: a submission is taken or refused as a whole.
    private func statusOfKnown(_ id: ClientOrderID, at time: Timestamp) -> ExecutionReport {
        chains[id]?.status(at: time)
            ?? ExecutionReport(
                clientOrderID: id, event: .rejected, reason: "another order of the submission is already known",
                at: time)
    }

    /// Before a replacement is sent.
    /// - Returns: false where the first order is not known or cannot be replaced; then nothing is to be sent.
    package mutating func expect(_ replacement: OrderReplacement, at time: Timestamp) -> Bool {
        let first = replacement.clientOrderID
        guard let chain = chains[first], chain.current != nil, successors[first] == nil,
            let next = replacement.successor(of: chain.order, counting: .remaining, at: time), chains[next.id] == nil,
            chains[first]?.request(.replaceRequested, at: time) != nil
        else { return false }
        chains[next.id] = OrderChain(next, part: chain.part)
        successors[first] = next.id
        if let group = group(of: first) { groups[group].members.append(next.id) }
        return true
    }

    /// Before a cancel is sent. A cancel may come twice.
    package mutating func expectCancel(of id: ClientOrderID, at time: Timestamp) {
        _ = chains[id]?.request(.cancelRequested, at: time)
    }

    /// The venue has refused a submission, or never had it.
    package mutating func reject(_ ids: [ClientOrderID], reason: String, at time: Timestamp) -> [AdapterReport] {
        ids.compactMap { id in
            guard chains[id]?.current == nil else { return nil }
            return chains[id]?.request(.rejected, reason: reason, at: time).map(AdapterReport.execution)
        }
    }

    package mutating func rejectCancel(of id: ClientOrderID, reason: String, at time: Timestamp) -> [AdapterReport] {
        chains[id]?.request(.cancelRejected, reason: reason, at: time).map { [.execution($0)] } ?? []
    }

    /// The venue has refused a replacement, and the first order was seen to rest as before.
    package mutating func rejectReplacement(
        of first: ClientOrderID, reason: String, at time: Timestamp
    ) -> [AdapterReport] {
        guard let report = chains[first]?.request(.replaceRejected, reason: reason, at: time) else { return [] }
        if let next = successors[first], chains[next]?.current == nil { forget(next) }
        successors[first] = nil
        return [.execution(report)]
    }

    /// Forgets what was over before this time: so long ago that nothing more is told of it.
    package mutating func prune(before time: Timestamp) {
        let old = chains.values.filter { !$0.order.isWorking && $0.order.updatedAt < time }.map(\.id)
        for id in old { forget(id) }
        owners = owners.filter { chains[$0.value] != nil }
        groups.removeAll(where: \.members.isEmpty)
        successors = successors.filter { chains[$0.key] != nil && chains[$0.value] != nil }
    }

    private mutating func forget(_ id: ClientOrderID) {
        (chains[id], early[id]) = (nil, nil)
        for index in groups.indices { groups[index].members.removeAll { $0 == id } }
    }

    // MARK: - What the venue says

    /// An order of an answer or a list, with its legs.
    /// - Parameter isAsked: the core asks for this order: it is told of though it was not known, and is over.
    package mutating func take(_ row: Alpaca.Order, isAsked: Bool = false, at seen: Timestamp) -> [AdapterReport] {
        guard var news = VenueNews(row, seen: seen) else { return [] }
        news.isWanted = isAsked
        return take(row, news, in: nil)
    }

    package mutating func take(_ update: Alpaca.TradeUpdate, at seen: Timestamp) -> [AdapterReport] {
        guard let news = VenueNews(update, seen: seen) else { return [] }
        switch update.event.known {
        case .tradeBust, .tradeCorrect:
            return correct(news, update.previousExecutionID?.said(), to: update.corrected)
        default: return take(update.order, news, in: nil)
        }
    }

    /// Of the account's events, which repeat what is known. What is of nobody's order here is in the lists.
    package mutating func take(
        _ event: Alpaca.ActivityEvent, _ details: Alpaca.TradeDetails, at seen: Timestamp
    ) -> [AdapterReport] {
        guard let news = VenueNews(event, details) else { return [] }
        if owners[news.id] == nil, let id: ClientOrderID = details.clientOrderID?.said(),
            chains[id]?.isExternal == false
        {
            own(news.id, id)
        }
        guard let id = owners[news.id], let chain = chains[id] else { return [] }
        switch details.executionType.known {
        case .fill: return chain.knows(news.execution?.id) ? [] : take(news, chain: id) + claim()
        case .tradeCorrect, .tradeBust:
            guard let previous: ExecutionID = event.previousID?.said(), !chain.hasUndone(previous) else { return [] }
            return correct(news, previous, to: details.executionType == .known(.tradeCorrect) ? news.execution : nil)
        case nil:
            lookUps.add(.executions(news.id), at: seen)
            return []
        }
    }

    /// All executions of one order of the venue, of the list of activities.
    ///
    /// The part of an activity's id behind the colons is the execution's id. Should the venue name them otherwise than on the
    /// stream, those that are known are found by quantity and price.
    package mutating func take(
        executions: [Alpaca.TradeActivity], of order: BrokerOrderID, at seen: Timestamp
    ) -> [AdapterReport] {
        guard let id = owners[order], let chain = chains[id] else { return [] }
        var told = chain.executions.filter { $0.brokerOrderID == order }
        var fresh = executions.filter { activity in !told.contains { $0.executionID == activity.executionID } }
        if fresh.count == executions.count {
            fresh.removeAll { activity in
                let index = told.firstIndex { $0.quantity == activity.quantity && $0.price == activity.price }
                if let index { told.remove(at: index) }
                return index != nil
            }
        }
        let reports = fresh.flatMap { activity -> [AdapterReport] in
            guard let news = VenueNews(activity, of: order) else { return [] }
            return take(news, chain: id)
        }
        askForMissingExecutions(of: id, at: seen)
        return reports
    }

    private mutating func take(_ row: Alpaca.Order, _ news: VenueNews, in group: Int?) -> [AdapterReport] {
        var reports: [AdapterReport] = []
        if let id = owner(of: RowKey(row), news.id, in: group) {
            own(news.id, id)
            learnGroup(id, row)
            reports = take(news, chain: id)
        } else if isForGroup(row) {
            keep(row, news)
        } else {
            reports = takeExternal(row, news)
        }
        let group = owners[news.id].flatMap { self.group(of: $0) }
        for leg in row.legs ?? [] {
            if let news = VenueNews(leg, seen: news.at) { reports += take(leg, news, in: group) }
        }
        return reports + claim()
    }

    // MARK: - Whose order it is

    private func owner(of row: RowKey, _ id: BrokerOrderID, in group: Int?) -> ClientOrderID? {
        if let owner = owners[id] { return owner }
        if let id = row.clientOrderID, let chain = chains[id], !chain.isExternal { return id }
        // What the venue puts in the place of an order of ours is ours.
        if let first = row.replaces.flatMap({ owners[$0] }), chains[first]?.isExternal == false { return first }
        let group = group ?? groups.firstIndex { $0.venueID != nil && $0.venueID == row.group }
        guard let group, let part = row.part else { return nil }
        return groups[group].members.last { chains[$0]?.part == part && chains[$0]?.order.replacesOrder == nil }
    }

    private mutating func own(_ id: BrokerOrderID, _ owner: ClientOrderID) {
        if owners[id] == nil { owners[id] = owner }
    }

    func group(of id: ClientOrderID) -> Int? { groups.firstIndex { $0.members.contains(id) } }

    private mutating func learnGroup(_ id: ClientOrderID, _ row: Alpaca.Order) {
        guard let venueID = row.groupID?.text, let index = group(of: id) else { return }
        groups[index].venueID = venueID
    }

    /// It may be a leg of a group of ours whose legs are not known yet.
    private func isForGroup(_ row: Alpaca.Order) -> Bool {
        guard row.legPart != nil, unclaimed.count < Limits.unclaimed else { return false }
        return incompleteGroup(row.symbol) != nil
    }

    private func incompleteGroup(_ symbol: Symbol?) -> OrderGroup? {
        groups.first { group in
            group.members.contains { id in
                guard let chain = chains[id] else { return false }
                return chain.order.symbol == symbol && chain.current == nil && chain.order.isWorking
            }
        }
    }

    private mutating func keep(_ row: Alpaca.Order, _ news: VenueNews) {
        unclaimed.append(UnclaimedNews(row: RowKey(row), symbol: row.symbol, news: news))
        if let head = incompleteGroup(row.symbol)?.head { lookUps.add(subject(of: head), at: news.at) }
    }

    /// What was kept for orders whose chain is known by now. Where no leg is looked for any more it is of somebody else's order,
    /// which the lists show.
    private mutating func claim() -> [AdapterReport] {
        var reports: [AdapterReport] = []
        for kept in unclaimed {
            guard let id = owner(of: kept.row, kept.news.id, in: nil) else {
                if incompleteGroup(kept.symbol) == nil { unclaimed.removeAll { $0 == kept } }
                continue
            }
            unclaimed.removeAll { $0 == kept }
            own(kept.news.id, id)
            reports += take(kept.news, chain: id)
        }
        return reports
    }

    /// An order that the core has not placed. One that is over when it is seen first concerns nobody.
    private mutating func takeExternal(_ row: Alpaca.Order, _ news: VenueNews) -> [AdapterReport] {
        guard news.isEvent || news.isWanted || news.event?.endsOrder != true else { return [] }
        let own = row.clientOrderID?.said(as: ClientOrderID.self)
        guard let id = own.flatMap({ chains[$0] == nil ? $0 : nil }) ?? row.id.said(), chains[id] == nil else {
            return []
        }
        do throws(Unsayable) {
            let order = Order(terms: try row.externalTerms(as: id), submittedAt: row.submittedAt ?? news.at)
            chains[id] = OrderChain(order, part: .single)
        } catch {
            // Whoever lists the account's orders reads it there, and leaves it out with this reason.
            return []
        }
        owners[news.id] = id
        return take(news, chain: id)
    }

    // MARK: - What follows

    private mutating func take(_ said: VenueNews, chain id: ClientOrderID) -> [AdapterReport] {
        var (news, reports) = (said, [AdapterReport]())
        if news.event == .held, isWatched(id) { news.event = .new }
        if let first = chains[id]?.order.replacesOrder, successors[first] == id {
            if waits(news, for: first, id) { return [] }
            early[id] = nil
            reports += endReplaced(first, by: id, news)
        }
        guard let outcome = chains[id]?.take(news) else { return reports }
        reports += outcome.reports.map(AdapterReport.execution)
        if news.event == .replaced { reports += follow(news, id) }
        // What an answer says against what is known would be said again by the next one.
        if outcome.isDoubtful, news.isEvent { lookUps.add(.order(news.id), at: news.at) }
        askForMissingExecutions(of: id, at: news.at)
        if !outcome.reports.isEmpty { askForSiblings(of: id, news) }
        if chains[id]?.order.isWorking == false { release(id, at: news.at) }
        return outcome.reports.isEmpty ? reports : reports + wakeStop(with: id, at: news.at)
    }

    /// The venue tells the stop of two exits as `held` as long as its target works, and carries it out all the same: to the core it
    /// works. The exits of an entry wait until that is filled.
    private func isWatched(_ id: ClientOrderID) -> Bool {
        guard let chain = chains[id], chain.part == .stop, let kind = chain.order.groupKind else { return false }
        switch kind {
        case .oco: return true
        case .bracket:
            return group(of: id).map { groups[$0].members }?.contains { member in
                guard let other = chains[member] else { return false }
                switch other.part {
                case .entry: return other.order.status == .filled
                case .target: return other.order.status == .new || other.order.filledQuantity.isPositive
                case .single, .stop: return false
                }
            } == true
        }
    }

    /// What happened to the entry or the target says that the stop beside it works from now on.
    private mutating func wakeStop(with id: ClientOrderID, at time: Timestamp) -> [AdapterReport] {
        guard chains[id]?.part != .stop, let group = group(of: id) else { return [] }
        return groups[group].members.flatMap { member -> [AdapterReport] in
            guard let chain = chains[member], chain.order.status == .held, let link = chain.current, isWatched(member)
            else { return [] }
            return take(VenueNews(link, .new, at: time), chain: member)
        }
    }

    /// An order of the venue is over because another one took its place: by our request, or by itself.
    private mutating func follow(_ news: VenueNews, _ id: ClientOrderID) -> [AdapterReport] {
        let next = news.replacedBy
        if let successor = successors[id] {
            guard let next else {
                lookUps.add(.clientOrder(successor), at: news.at)
                return []
            }
            switch owners[next] {
            case successor?: return endReplaced(id, by: successor, news) + replay(successor)
            case nil:
                // Its client order id says which of the two it is.
                lookUps.add(.order(next), at: news.at)
                return []
            default: return []
            }
        }
        guard let next, owners[next] == nil, chains[id]?.isExternal == false else {
            return chains[id]?.isExternal == true ? end(id, .replaced, news) : []
        }
        owners[next] = id
        chains[id]?.append(next)
        lookUps.add(.order(next), at: news.at)
        return []
    }

    /// Whether news of a successor must wait: as long as the first order rests, to tell of the second is to tell that the first
    /// does not.
    private mutating func waits(_ news: VenueNews, for first: ClientOrderID, _ id: ClientOrderID) -> Bool {
        let isOver = chains[first]?.order.isWorking != true
        let isReplaced = chains[first]?.links.contains { $0.replacedBy == news.id } == true
        guard !isOver, !isReplaced, !news.showsItWorks, news.event != .rejected else { return false }
        if early[id]?.contains(news) != true, (early[id]?.count ?? 0) < Limits.early {
            early[id, default: []].append(news)
        }
        // Its link is known from now on.
        chains[id]?.append(news.id)
        if let link = chains[first]?.current { lookUps.add(.order(link), at: news.at + Limits.replacementDelay) }
        return true
    }

    /// The first order has given way to its successor; or goes on, when the successor is rejected.
    private mutating func endReplaced(
        _ first: ClientOrderID, by next: ClientOrderID, _ news: VenueNews
    ) -> [AdapterReport] {
        if news.event == .rejected, chains[first]?.links.last?.replacedBy == nil {
            let link = chains[first]?.current
            if let link { lookUps.add(.order(link), at: news.at) }
            return rejectReplacement(of: first, reason: news.reason ?? "", at: news.at)
        }
        successors[first] = nil
        return end(first, .replaced, news)
    }

    private mutating func end(_ id: ClientOrderID, _ event: OrderEvent, _ news: VenueNews) -> [AdapterReport] {
        chains[id]?.request(event, at: news.at).map { [.execution($0)] } ?? []
    }

    /// An order is over by itself: its successor will be rejected, or lives.
    private mutating func release(_ first: ClientOrderID, at time: Timestamp) {
        guard let next = successors.removeValue(forKey: first) else { return }
        early[next] = nil
        lookUps.add(subject(of: next), at: time)
    }

    private mutating func replay(_ id: ClientOrderID) -> [AdapterReport] {
        (early.removeValue(forKey: id) ?? []).flatMap { take($0, chain: id) }
    }

    /// - Parameter corrected: what counts in its place; nil for a bust.
    private mutating func correct(
        _ news: VenueNews, _ previous: ExecutionID?, to corrected: VenueNews.Execution?
    ) -> [AdapterReport] {
        guard let id = owners[news.id], let previous else {
            lookUps.add(.executions(news.id), at: news.at)
            return []
        }
        var news = news
        if let correction = chains[id]?.correct(previous, to: corrected, news) { return [.correction(correction)] }
        // The first was never told; what is true in its place counts.
        news.execution = corrected
        return take(news, chain: id)
    }

    // MARK: - Looking up

    /// What is due to be asked for, in the order in which it fell due.
    package mutating func takeLookUps(at time: Timestamp) -> [LookUp.Subject] {
        var subjects: [LookUp.Subject] = []
        for lookUp in lookUps.takeDue(at: time) where !subjects.contains(lookUp.subject) && isOpen(lookUp) {
            subjects.append(lookUp.subject)
        }
        return subjects
    }

    /// Whether it has not become known by other ways.
    private func isOpen(_ lookUp: LookUp) -> Bool {
        switch lookUp.subject {
        case .executions(let link):
            return owners[link].flatMap { chains[$0] }?.linksWithMissingExecutions.contains(link) ?? true
        case .order(let link):
            return !lookUp.unlessOver || owners[link].flatMap { chains[$0] }?.order.isWorking != false
        case .clientOrder: return true
        }
    }

    /// Asks for something once more, or for the first time.
    package mutating func look(up subject: LookUp.Subject, at time: Timestamp, unlessOver: Bool = false) {
        lookUps.add(subject, at: time, unlessOver: unlessOver)
    }

    /// The stream tells of most of them a moment later.
    private mutating func askForMissingExecutions(of id: ClientOrderID, at time: Timestamp) {
        for link in chains[id]?.linksWithMissingExecutions ?? [] {
            guard !lookUps.contains(.executions(link)) else { continue }
            lookUps.add(.executions(link), at: time + Limits.executionDelay)
        }
    }

    /// When a leg is filled the venue may never tell that the other one was canceled.
    private mutating func askForSiblings(of id: ClientOrderID, _ news: VenueNews) {
        guard news.execution != nil, let chain = chains[id], chain.part == .target || chain.part == .stop,
            let group = group(of: id)
        else { return }
        for member in groups[group].members where member != id && chains[member]?.order.isWorking == true {
            guard let link = chains[member]?.current else { continue }
            for delay in Limits.siblingDelays { lookUps.add(.order(link), at: news.at + delay, unlessOver: true) }
        }
    }

    private enum Limits {
        static let unclaimed = 200
        static let early = 20
        static let siblingDelays = [TimeSpan.seconds(1), .seconds(5)]
        static let replacementDelay = TimeSpan.seconds(2)
        static let executionDelay = TimeSpan.seconds(2)
    }
}
