import CoreTestSupport
import Journal
import JournalTesting
import Orchestration
import Testing
import Trading

@testable import Node

/// A node on a journal in memory, with the venue of the scenario; it can lose its power at any commit.
struct NodeDriver {
    enum Power: Error { case cut }

    let journal = InMemoryJournal()
    var node: Node
    var venue: FakeVenue
    var inbox: [Input] = []
    var advice: [PolicyAdvice] = NVDA.advice
    private(set) var commits = 0
    /// The power goes after the commit, before anything of it is performed (true), or before the commit (false).
    var crash: (atCommit: Int, isDurable: Bool)?
    let now = Timestamp(seconds: 1_781_100_000)

    init(venue: FakeVenue = NVDA.venue()) {
        self.venue = venue
        node = Node(core: Orchestrator(), journal: journal)
    }

    mutating func turn(_ input: Input) throws {
        try node.handle(input, at: now)
        commits += 1
        if let crash, crash.atCommit == commits {
            self.crash = nil
            if crash.isDurable { _ = try node.commit() }
            throw Power.cut
        }
        for effect in try node.commit() {
            switch effect {
            case .evaluate(let cycle, _, _, _, _): inbox.append(.evaluated(cycle: cycle, answers: answers(advice)))
            case .command(let command, let number, _):
                inbox += venue.execute(command).map { $0.answering(number) }
            case .dismissBroker(let name):
                inbox += [.brokerGone(name: name, why: "said bye"), .brokerLeft(name: name)]
            case .engageBroker(let name): inbox.append(engage(name))
            case .configure, .wake, .record: break
            }
        }
    }

    /// What becomes of an adapter that the core wants: `dead` ends at once, `plain` knows neither groups nor replacements.
    private mutating func engage(_ name: PluginName) -> Input {
        guard name != "dead" else { return .brokerFailed(name: name, why: "exit code 1") }
        venue.capabilities = name == "plain" ? Self.plain : .everything
        return .brokerReady(name: name, capabilities: venue.capabilities)
    }

    static let plain = BrokerCapabilities.everything.with {
        $0.groups = []
        $0.replacesPrice = false
        $0.replacesQuantity = false
    }
    /// Adapters that may trade; none: one that is called "broker".
    var brokers: [PluginName] = []

    mutating func settle() throws {
        while !inbox.isEmpty { try turn(inbox.removeFirst()) }
    }

    mutating func boot() throws {
        var configuration = CoreConfiguration(account: "test", policies: NVDA.policies)
        NVDA.configure(&configuration)
        configuration.brokers = brokers
        try turn(.started(Start(epoch: node.core.state.epoch + 1, configuration: configuration)))
        for name in NVDA.policies { try turn(.policyReady(name: name)) }
        try turn(NVDA.market)
        try turn(engage(node.core.state.chosenBroker ?? "broker"))
        try settle()
    }

    /// What a power cut leaves: the journal and the venue.
    mutating func restart() throws {
        journal.crash()
        inbox = []
        node = Node(core: try Recovery.recover(from: journal), journal: journal)
    }

    var hash: ChainHash { ChainHash(digestOf: try! EntryCodec().encode(node.core.state)) }
}

@Suite("The node and its journal")
struct NodeTests {
    private func finished() throws -> NodeDriver {
        var driver = NodeDriver()
        try driver.boot()
        return driver
    }

    @Test(
        "the power goes at any commit of the scenario: it ends the same, and no order is doubled",
        arguments: [true, false])
    func crashAnywhere(isDurable: Bool) throws {
        let total = try finished().commits
        #expect(total > 15)
        for boundary in 1...total {
            var driver = NodeDriver()
            driver.crash = (boundary, isDurable)
            do { try driver.boot() } catch NodeDriver.Power.cut {
                try driver.restart()
                try driver.boot()
            }
            // Whatever the cut left open is closed by the next cycle.
            try driver.turn(.cycleDue)
            try driver.settle()
            let name = Comment("boundary \(boundary)")
            #expect(driver.venue.violations == [], name)
            #expect(driver.venue.held("NVDA") == 144, name)
            #expect(driver.venue.cash == "101974.40", name)
            #expect(driver.venue.stopped("NVDA") == 144, name)
            #expect(driver.venue.working("NVDA").count == 2, name)
            #expect(driver.node.core.state.portfolio.positions["NVDA"]?.quantity == 144, name)
            let replay = try Replay.run(driver.journal)
            #expect(replay.isIdentical, "\(name): \(String(describing: replay.difference))")
        }
    }

    @Test("a commit that fails lets nothing out, then or later")
    func failedCommit() throws {
        var driver = NodeDriver()
        driver.journal.nextCommit = .lost(.full(path: "memory", why: "the test"))
        #expect(throws: JournalError.self) { try driver.boot() }
        #expect(driver.venue.received.isEmpty)
        #expect(throws: JournalError.self) { try driver.node.handle(.cycleDue, at: driver.now) }
        #expect(throws: JournalError.self) { _ = try driver.node.commit() }
        #expect(driver.journal.head == .empty)
    }

    @Test("a replay of the scenario is identical, and its state has the same hash")
    func replay() throws {
        let driver = try finished()
        let report = try Replay.run(driver.journal)
        #expect(report.isIdentical, "\(String(describing: report.difference))")
        #expect(report.stateHash == driver.hash.description)
        #expect(report.chain == driver.node.head.chain.description)
        #expect(report.decisions == 1)
        #expect(report.entries == driver.node.head.sequence)
    }

    @Test("state survives its own coding")
    func codec() throws {
        let state = try finished().node.core.state
        #expect(try StateSnapshot.decode(StateSnapshot.encode(state)) == state)
    }

    @Test("a snapshot and the entries after it give the same state as everything", arguments: [3, 7, 12, 15])
    func snapshot(at turns: Int) throws {
        var driver = NodeDriver()
        driver.crash = (turns, true)
        #expect(throws: NodeDriver.Power.self) { try driver.boot() }
        try driver.restart()
        try driver.node.saveSnapshot()
        try driver.boot()
        let full = try Replay.run(driver.journal)
        #expect(full.isIdentical, "\(String(describing: full.difference))")
        let recovered = try Recovery.recover(from: driver.journal)
        #expect(recovered.state == driver.node.core.state)
        #expect(ChainHash(digestOf: try EntryCodec().encode(recovered.state)).description == full.stateHash)
    }

    enum Damage: CaseIterable { case input, effect, missingEffect, missingLast, missingInput, extraEffect }

    @Test("cores that die young keep a snapshot all the same, so that no start takes longer than the one before")
    func snapshotsAcrossStarts() throws {
        var driver = try finished()
        for _ in 0..<4 {
            for _ in 0..<(Node.snapshotEvery / 3) { try driver.turn(.wake) }
            try driver.restart()
        }
        #expect(try #require(try driver.journal.latestSnapshot(atOrBefore: nil)).sequence >= Node.snapshotEvery)
    }

    @Test("a replay finds what was changed, left out or added", arguments: Damage.allCases)
    func damage(damage: Damage) throws {
        let driver = try finished()
        var entries = try driver.journal.entries(from: 1, limit: .max)
        let decision = try #require(entries.firstIndex { $0.type == "decision" })
        switch damage {
        case .input:
            let index = try #require(entries.firstIndex { $0.type == "evaluated" })
            let text = String(decoding: entries[index].body, as: UTF8.self).replacing("186.23", with: "185.99")
            entries[index].body = Array(text.utf8)
        case .effect:
            let text = String(decoding: entries[decision].body, as: UTF8.self).replacing("186.23", with: "186.24")
            entries[decision].body = Array(text.utf8)
        case .missingEffect: entries.remove(at: decision)
        case .missingLast:
            let last = try #require(entries.lastIndex { $0.kind == .effect })
            entries.removeSubrange(last...)
        case .missingInput:
            let index = try #require(entries.firstIndex { $0.type == "execution" })
            entries.remove(at: index)
        case .extraEffect: entries.insert(entries[decision], at: decision)
        }
        let report = try Replay.run(FixedJournal(entries))
        #expect(!report.isIdentical)
    }

    @Test("an entry that cannot be read is named, not skipped")
    func unreadable() throws {
        let driver = try finished()
        var entries = try driver.journal.entries(from: 1, limit: .max)
        entries[1].body = Array("{\"surprise\":1}".utf8)
        #expect(throws: RecoveryError.self) { try Replay.run(FixedJournal(entries)) }
        #expect(throws: RecoveryError.self) { try Recovery.recover(from: FixedJournal(entries)) }
    }
}

/// Entries as they are given, sound or not.
final class FixedJournal: JournalReader {
    private let all: [JournalEntry]
    init(_ entries: [JournalEntry]) {
        all = entries.enumerated().map { index, entry in
            var placed = entry
            placed.sequence = Int64(index + 1)
            return placed
        }
    }
    var head: JournalHead {
        get throws(JournalError) {
            all.last.map { JournalHead(sequence: $0.sequence, turn: $0.turn, chain: $0.chain) } ?? .empty
        }
    }
    let path = "memory"
    func entries(_ query: EntryQuery) throws(JournalError) -> [JournalEntry] {
        Array(all.filter { query.range.contains($0.sequence) }.prefix(query.limit))
    }
    func metadata(_ key: String) throws(JournalError) -> String? { nil }
    func latestSnapshot(atOrBefore sequence: Int64?) throws(JournalError) -> Snapshot? { nil }
    func notes(kind: String, limit: Int) throws(JournalError) -> [JournalNote] { [] }
}
