import Console
import Journal
import Node
import Orchestration
import SQLiteJournal
import Testing
import Trading
import Wire

/// Every journal that a version of the program has frozen opens in this one, and the account is what it was.
struct FrozenJournalTests {
    private static func start(_ state: CoreState) -> Input {
        .started(Start(epoch: state.epoch + 1, configuration: state.configuration))
    }

    @Test("its entries are what was frozen", arguments: FrozenJournal.names())
    func entries(name: String) throws {
        let frozen = try FrozenJournal(name)
        let reader = try frozen.reader()
        try reader.verify(from: .genesis)
        #expect(try reader.head.sequence == frozen.expected.entries)
        #expect(try reader.head.chain.description == frozen.expected.chain)
        let inputs = try frozen.entries().filter { $0.kind == .input }
        #expect(Int64(inputs.count) == frozen.expected.inputs)
        var bytes: [UInt8] = []
        for input in inputs {
            bytes += Array("\(input.type) \(input.at) \(input.body.count) ".utf8) + input.body + [10]
        }
        #expect(ChainHash(digestOf: bytes).description == frozen.expected.inputsSha256)
        #expect(try JournalVersion.spans(of: reader).last?.version.format == frozen.expected.format)
        #expect(try frozen.header() == frozen.expected.format)
    }

    @Test("the account is what it was, from the snapshot or from the inputs", arguments: FrozenJournal.names())
    func state(name: String) throws {
        let frozen = try FrozenJournal(name)
        try expect(frozen.expected, try Recovery.recover(from: frozen.reader()).state)
        try frozen.tamper("DELETE FROM snapshot")
        let recovered = try Recovery.rebuild(from: frozen.reader())
        #expect(recovered.inputs == frozen.expected.inputs)
        #expect(recovered.difference == nil, "\(String(describing: recovered.difference))")
        try expect(frozen.expected, recovered.core.state)
    }

    @Test("a core goes on with it, and leaves what was written as it is", arguments: FrozenJournal.names())
    func goesOn(name: String) throws {
        let frozen = try FrozenJournal(name)
        let before = try frozen.entries()
        let journal = try SQLiteJournal(path: frozen.path)
        let recovered = try Recovery.rebuild(from: journal)
        let node = Node(core: try recovered.trusted(), journal: journal, isSnapshotDue: !recovered.unusable.isEmpty)
        let now = Timestamp(seconds: 1_800_000_000)
        try node.handle(Self.start(recovered.core.state), at: now)
        _ = try node.commit()
        if recovered.unusable.isEmpty { try node.saveSnapshot() }
        journal.close()

        let reader = try frozen.reader()
        try reader.verify(from: .genesis)
        #expect(try Array(frozen.entries().prefix(before.count)) == before)
        #expect(try JournalVersion.spans(of: reader).last?.version == .current)
        #expect(try frozen.header() == JournalFormat.current)
        let again = try Recovery.rebuild(from: reader)
        #expect(again.unusable == [] && again.snapshot == node.head.sequence)
        #expect(again.core.state == node.core.state)
        #expect(again.core.state.epoch == frozen.expected.status.epoch + 1)
        let report = try Replay.run(reader)
        #expect(report.isIdentical, "\(String(describing: report.difference))")
    }

    @Test(
        "its decisions can be asked for; what cannot be put into words is shown as it stands",
        arguments: FrozenJournal.names())
    func explained(name: String) throws {
        let frozen = try FrozenJournal(name)
        let reader = try frozen.reader()
        let explain = Explain(reader)
        let decisions = try explain.decisions(symbol: nil, since: nil, last: 10)
        #expect(!decisions.isEmpty || !explain.unreadable.isEmpty)
        for plan in frozen.expected.plans {
            let explanation = try explain.explanation(of: plan.id.text)
            #expect(explanation != nil || !explain.unreadable.lines.isEmpty)
            _ = try WhyNot(reader).answer(plan.symbol)
        }
        for order in frozen.expected.orders { _ = try explain.explanation(of: order.id.text) }
    }

    @Test("its commands come out the same in a replay, which says who wrote it", arguments: FrozenJournal.names())
    func replay(name: String) throws {
        let report = try Replay.run(FrozenJournal(name).reader())
        #expect(report.isIdentical, "\(String(describing: report.difference))")
        #expect(report.commands > 0)
        if report.versions.map(\.version) != [.current] {
            #expect(report.comparison == .commands)
            #expect(report.lines.first?.contains("format") == true)
        }
    }

    private func expect(_ expected: Expected, _ state: CoreState) throws {
        let status = expected.status
        #expect(state.configuration.account == status.account)
        #expect(state.cycle.number == status.cycle && state.epoch == status.epoch)
        #expect(try state.marked.equity() == status.equity)
        #expect(state.portfolio.account?.cash == status.cash)
        #expect(state.portfolio.realizedProfit == status.realizedProfit)
        #expect(state.protection.unprotected == status.unprotected)
        #expect(state.portfolio.positions.count == expected.positions.count)
        for position in expected.positions {
            #expect(state.portfolio.positions[position.symbol]?.quantity == position.quantity)
            #expect(state.portfolio.positions[position.symbol]?.averagePrice == position.averagePrice)
        }
        #expect(Set(state.portfolio.orders.allWorking.map(\.id)) == Set(expected.orders.map(\.id)))
        for order in state.portfolio.orders.allWorking {
            let found = expected.orders.first { $0.id == order.id }
            #expect(order.terms.quantity == found?.quantity && order.status == found?.status)
        }
        for plan in expected.plans {
            #expect(state.plans[plan.symbol]?.id == plan.id)
            #expect(state.plans[plan.symbol]?.stop == plan.stop && state.plans[plan.symbol]?.target == plan.target)
        }
    }
}
