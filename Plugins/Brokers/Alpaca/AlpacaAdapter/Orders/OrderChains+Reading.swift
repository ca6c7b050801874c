import Trading

/// What others read of the chains.
extension OrderChains {
    /// Not over, the oldest first.
    package var working: [OrderChain] {
        chains.values.filter(\.order.isWorking).sorted {
            ($0.order.submittedAt, $0.id) < ($1.order.submittedAt, $1.id)
        }
    }

    /// How an order is found: by the venue's id; a leg without one by the order that its group is listed under.
    package func subject(of id: ClientOrderID) -> LookUp.Subject {
        if let link = chains[id]?.current { return .order(link) }
        guard let head = group(of: id).map({ groups[$0].head }), head != id, chains[id]?.order.replacesOrder == nil
        else {
            return .clientOrder(id)
        }
        return chains[head]?.current.map(LookUp.Subject.order) ?? .clientOrder(head)
    }

    /// Orders that were sent, and of which the venue has not been heard yet, as after a crash.
    package var unanswered: [ClientOrderID] {
        working.filter { $0.current == nil && $0.order.replacesOrder == nil }.map(\.id)
    }

    /// All orders that one request asked for.
    package func submittedTogether(with id: ClientOrderID) -> [ClientOrderID] {
        guard chains[id]?.order.replacesOrder == nil, let group = group(of: id) else { return [id] }
        return groups[group].members.filter { chains[$0]?.order.replacesOrder == nil }
    }

    /// It is to take the place of another order, which has not given way.
    package func isReplacing(by id: ClientOrderID) -> Bool { successors.values.contains(id) }

    package func owner(of link: BrokerOrderID) -> ClientOrderID? { owners[link] }

    /// As it is told in a list or an answer.
    package func listed(_ id: ClientOrderID) -> Order? {
        guard let chain = chains[id] else { return nil }
        var order = chain.order
        if order.filledQuantity < chain.counted {
            (order.filledQuantity, order.averageFillPrice) = (chain.counted, nil)
        }
        return order
    }

    package var nextLookUp: Timestamp? { lookUps.nextDue }
}
