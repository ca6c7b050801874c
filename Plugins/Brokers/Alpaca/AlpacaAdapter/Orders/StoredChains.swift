import Trading

/// A row of the adapter's file, as it is read.
package protocol StoredRow {
    var kind: String { get }
    /// - Throws: what the coding throws for a row that cannot be read.
    func value<Value: Decodable>(as type: Value.Type) throws -> Value
}

/// A row that has changed, as it is written.
package struct ChangedRow {
    package let kind: String
    /// One row of a kind has it.
    package let key: String
    /// nil where the row is gone.
    package let value: (any Encodable)?

    package init(kind: String, key: String, value: (any Encodable)?) {
        (self.kind, self.key, self.value) = (kind, key, value)
    }
}

extension OrderChains {
    /// What is to be written, where what was before is written already: a few rows of one order, and not all orders.
    package func rows(since before: OrderChains) -> [ChangedRow] {
        var rows: [ChangedRow] = []
        func compare<Key: Hashable, Value: Equatable>(
            _ now: [Key: Value], _ before: [Key: Value], _ kind: StoredChains.Kind, _ key: (Key) -> String,
            _ stored: (Key, Value) -> any Encodable
        ) {
            for (id, value) in now where before[id] != value {
                rows.append(ChangedRow(kind: kind.rawValue, key: key(id), value: stored(id, value)))
            }
            for id in before.keys where now[id] == nil {
                rows.append(ChangedRow(kind: kind.rawValue, key: key(id), value: nil))
            }
        }
        compare(chains, before.chains, .chain, \.text) { $1 }
        compare(owners, before.owners, .owner, \.text) { StoredChains.Owner(link: $0, id: $1) }
        compare(successors, before.successors, .successor, \.text) { StoredChains.Successor(first: $0, next: $1) }
        compare(early, before.early, .early, \.text) { StoredChains.Early(id: $0, news: $1) }
        if groups != before.groups {
            compare(Self.byFirstMember(groups), Self.byFirstMember(before.groups), .group, \.text) { $1 }
        }
        let loose = StoredChains.Loose(unclaimed: unclaimed, lookUps: lookUps)
        if loose != StoredChains.Loose(unclaimed: before.unclaimed, lookUps: before.lookUps) {
            rows.append(ChangedRow(kind: StoredChains.Kind.loose.rawValue, key: "", value: loose))
        }
        return rows
    }

    private static func byFirstMember(_ groups: [OrderGroup]) -> [ClientOrderID: OrderGroup] {
        var first: [ClientOrderID: OrderGroup] = [:]
        for group in groups { if let member = group.members.first { first[member] = group } }
        return first
    }

    /// - Parameter rows: as they were written; rows of other kinds are somebody else's.
    /// - Throws: for a row that cannot be read.
    package init(rows: some Sequence<some StoredRow>) throws {
        var stored = StoredChains()
        for row in rows { try stored.take(row) }
        stored.groups.sort { $0.members[0] < $1.members[0] }
        self.init(stored)
    }
}

/// Order chains as they are kept.
struct StoredChains {
    enum Kind: String {
        case chain, owner, group, successor, early, loose
    }

    struct Owner: Codable {
        var link: BrokerOrderID
        var id: ClientOrderID
    }

    struct Successor: Codable {
        var first: ClientOrderID
        var next: ClientOrderID
    }

    struct Early: Codable {
        var id: ClientOrderID
        var news: [VenueNews]
    }

    /// What is of no order alone.
    struct Loose: Codable, Equatable {
        var unclaimed: [UnclaimedNews] = []
        var lookUps = LookUps()
    }

    var chains: [ClientOrderID: OrderChain] = [:]
    var owners: [BrokerOrderID: ClientOrderID] = [:]
    var groups: [OrderGroup] = []
    var successors: [ClientOrderID: ClientOrderID] = [:]
    var early: [ClientOrderID: [VenueNews]] = [:]
    var loose = Loose()

    fileprivate mutating func take(_ row: some StoredRow) throws {
        switch Kind(rawValue: row.kind) {
        case .chain:
            let chain = try row.value(as: OrderChain.self)
            chains[chain.id] = chain
        case .owner:
            let owner = try row.value(as: Owner.self)
            owners[owner.link] = owner.id
        case .group:
            let group = try row.value(as: OrderGroup.self)
            if !group.members.isEmpty { groups.append(group) }
        case .successor:
            let successor = try row.value(as: Successor.self)
            successors[successor.first] = successor.next
        case .early:
            let news = try row.value(as: Early.self)
            early[news.id] = news.news
        case .loose: loose = try row.value(as: Loose.self)
        case nil: break
        }
    }
}
