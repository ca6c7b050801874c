import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("What a person is asked before it is done")
struct ApprovalTests {
    private static let policy: PluginName = "entry"
    private static let id = ProposalID(text: "1.ABC.enter")

    private func answer(_ wish: PersonRequest.Wish, _ symbol: Symbol = "ABC") -> PersonRequest {
        PersonRequest(symbol: symbol, wish: wish, who: "me", why: "test")
    }

    /// A policy asks for an entry, and a person is asked first.
    private func asking(
        _ side: Side = .buy, _ quantity: Quantity = 100, limit: Price? = nil,
        _ change: @escaping (inout CoreConfiguration) -> Void = { $0.approval = .entries }
    ) -> CoreDriver {
        var venue = FakeVenue(cash: "100000")
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.recommend([LimitTests.enter(side, quantity, "ABC", limit: limit)])
        driver.start([Self.policy, "guard"], change)
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.cycle()
        return driver
    }

    private func pending(_ driver: CoreDriver) -> [String] { driver.state.approvals.pending.map(\.id.description) }

    private func approve(_ driver: inout CoreDriver) throws {
        let id = try #require(driver.state.approvals.pending.first?.id)
        let request = answer(.approve(id))
        #expect(driver.state.objection(to: request) == nil)
        driver.send(.asked(request))
        driver.cycle()
    }

    @Test("an entry waits for a person, is told once, and is made when they say yes", arguments: Side.allCases)
    func entry(side: Side) throws {
        var driver = asking(side)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.position("ABC") == nil && driver.working("ABC").isEmpty)
        let told = driver.alertReasons.filter { if case .approvalNeeded = $0 { true } else { false } }
        #expect(told.count == 1 && pending(driver).count == 1, "\(pending(driver))")
        try approve(&driver)
        #expect(driver.position("ABC")?.size == 100 && driver.venue.stopped("ABC") == 100)
        driver.cycle()
        #expect(driver.state.approvals.all.isEmpty, "an approval is used once")
        driver.expectSound()
    }

    @Test("nobody is asked unless the configuration says so; an observing run asks nobody")
    func none() {
        let driver = asking { _ in }
        #expect(driver.position("ABC")?.size == 100 && driver.state.approvals.all.isEmpty)
    }

    @Test("what a person has rejected is not done, and not asked again while the same is wanted")
    func rejected() throws {
        var driver = asking()
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.send(.asked(answer(.reject(id))))
        for _ in 0..<200 { driver.cycle() }
        #expect(driver.position("ABC") == nil && pending(driver).isEmpty)
        #expect(driver.state.objection(to: answer(.approve(id))) == .answeredAlready(.rejected(who: "me")))
        driver.recommend([LimitTests.enter(.buy, 50, "ABC")])
        driver.cycle()
        #expect(pending(driver).isEmpty, "less of the same is no other question")
        driver.recommend([LimitTests.enter(.buy, 200, "ABC")])
        driver.cycle()
        #expect(pending(driver).count == 1, "more is another one")
        driver.expectSound()
    }

    @Test("an approval covers what was shown and no more: what is larger is asked anew, and the old id is void")
    func largerIsAskedAnew() throws {
        var driver = asking()
        let old = try #require(driver.state.approvals.pending.first?.id)
        driver.recommend([LimitTests.enter(.buy, 200, "ABC")])
        driver.cycle()
        let new = try #require(driver.state.approvals.pending.first?.id)
        #expect(driver.state.objection(to: answer(.approve(old))) == .noProposal(old, standing: new))
        driver.send(.asked(answer(.approve(old))))
        driver.cycle()
        #expect(driver.position("ABC") == nil)
        driver.recommend([LimitTests.enter(.buy, 400, "ABC")])
        driver.send(.asked(answer(.approve(new))))
        driver.cycle()
        #expect(driver.position("ABC") == nil && pending(driver).count == 1)
        driver.expectSound()
    }

    @Test("a little more than was approved is not done either: the approved figures are the bound")
    func bounded() throws {
        var driver = asking(.buy, 100, limit: "100")
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.send(.asked(answer(.approve(id))))
        driver.recommend([LimitTests.enter(.buy, 101, "ABC", limit: "100.02")])
        driver.cycle()
        #expect(driver.position("ABC")?.size == 100)
        let limits = driver.effects.compactMap { if case .command(let command) = $0 { command } else { nil } }
        #expect(!"\(limits)".contains("100.02"))
        driver.expectSound()
    }

    @Test("an unanswered question is asked anew after its time, and the old answer is refused")
    func expired() throws {
        var driver = asking { ($0.approval, $0.approvalExpiry) = (.entries, .seconds(60)) }
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.pass(.seconds(55))
        #expect(driver.state.approvals[id]?.verdict == .pending)
        driver.cycle()
        let next = try #require(driver.state.approvals.pending.first?.id)
        #expect(next != id && driver.position("ABC") == nil)
        driver.send(.asked(answer(.approve(id))))
        driver.cycle()
        #expect(driver.position("ABC") == nil)
    }

    @Test("an approval that was not used in its time is over")
    func approvalExpires() throws {
        var driver = asking(.buy, 100, limit: "99") { ($0.approval, $0.approvalExpiry) = (.entries, .seconds(60)) }
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.recommend([])
        driver.send(.asked(answer(.approve(id))))
        for _ in 0..<10 { driver.cycle() }
        driver.recommend([LimitTests.enter(.buy, 100, "ABC", limit: "99")])
        driver.cycle()
        #expect(driver.working("ABC").isEmpty && pending(driver).count == 1)
    }

    @Test("an entry that waits for the open is made there only while its approval lasts", arguments: [4, 6] as [Int64])
    func waitsForTheOpen(seconds: Int64) throws {
        var driver = asking { ($0.approval, $0.approvalExpiry) = (.entries, .seconds(60)) }
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.send(.market(MarketUpdate(at: driver.now, session: .closed)))
        driver.send(.asked(answer(.approve(id))))
        let until = try #require(driver.state.approvals[id]?.until)
        while driver.now + driver.state.configuration.cyclePeriod < until { driver.cycle() }
        #expect(driver.plan("ABC")?.entry != nil && driver.working("ABC").isEmpty)
        driver.pass(until + .seconds(seconds - 5) - driver.now)
        driver.quote("ABC", "100", "100", last: "100")
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        #expect((driver.position("ABC") == nil) == (seconds > 5))
        driver.expectSound()
    }

    @Test("an entry that works goes on working after its approval's time")
    func workingEntryStays() throws {
        var driver = asking(.buy, 100, limit: "97") { ($0.approval, $0.approvalExpiry) = (.entries, .seconds(60)) }
        try approve(&driver)
        for _ in 0..<30 { driver.cycle() }
        #expect(driver.working("ABC").map(\.terms.role) == [.entry])
        #expect(pending(driver).isEmpty)
        driver.expectSound()
    }

    @Test("what nobody wants any more is forgotten, with a word")
    func forgotten() {
        var driver = asking()
        driver.recommend([])
        for _ in 0..<8 { driver.cycle() }
        #expect(driver.state.approvals.all.isEmpty)
        #expect(driver.alertReasons.contains { if case .approvalNotNeeded = $0 { true } else { false } })
    }

    @Test("after a restart an approval is used only when the policy asks again")
    func restart() throws {
        var driver = asking(.buy, 100, limit: "97")
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.recommend([])
        driver.send(.asked(answer(.approve(id))))
        driver.disconnect()
        driver.start([Self.policy]) { $0.approval = .entries }
        driver.connect()
        driver.cycle()
        #expect(driver.working("ABC").isEmpty)
        #expect(driver.replayDifference() == nil)
    }

    // MARK: - All

    /// 100 are held at 100, and a policy says so.
    private func holding(
        _ quantity: Quantity = 100, _ advice: [Advice], _ urgency: Urgency = .medium,
        _ change: (inout CoreConfiguration) -> Void = { _ in }
    ) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.recommend(advice.map { Self.policy.says($0, on: "ABC", urgency) })
        driver.start([Self.policy]) {
            $0.approval = .all
            $0.symbolModes = ["ABC": .managed]
            change(&$0)
        }
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.cycle()
        return driver
    }

    @Test("a stop never waits; a part, an exit and a target do", arguments: [100, -100] as [Quantity])
    func all(quantity: Quantity) throws {
        let isLong = quantity.isPositive
        var driver = holding(
            quantity,
            [
                .stop(isLong ? "95" : "105"), .takePartial(fraction: "0.5", rung: "1R"),
                .target(price: isLong ? "120" : "80"),
            ])
        #expect(driver.venue.stopped("ABC") == 100 && driver.venue.held("ABC") == quantity)
        #expect(driver.state.approvals.pending.map(\.id.kind) == [.reduce, .target])
        #expect(driver.plan("ABC")?.target == nil)
        for id in driver.state.approvals.pending.map(\.id) { driver.send(.asked(answer(.approve(id)))) }
        driver.cycle()
        #expect(driver.position("ABC")?.size == 50 && driver.venue.stopped("ABC") == 50)
        #expect(driver.plan("ABC")?.target == (isLong ? "120" : "80"))
        driver.expectSound()
    }

    /// A person says yes to a reduction to 50 of 100.
    private func approvedHalf(_ change: (inout CoreDriver) -> Void = { _ in }) throws -> CoreDriver {
        var driver = holding(100, [.reduceTo(quantity: 50)])
        let id = try #require(driver.state.approvals.pending.first?.id)
        change(&driver)
        driver.send(.asked(answer(.approve(id))))
        driver.cycle()
        return driver
    }

    private func sold(_ driver: CoreDriver) -> Int64 {
        driver.submissions.flatMap(\.orders).filter { $0.role == .reduce }.map(\.quantity.units).reduce(0, +)
            / Quantity.scale
    }

    @Test("not one share more of a reduction is sent than was approved, also when a little more is wanted")
    func boundedReduction() throws {
        var driver = try approvedHalf { $0.recommend([Self.policy.says(.reduceTo(quantity: 49), on: "ABC")]) }
        #expect(sold(driver) == 50 && driver.position("ABC")?.size == 50)
        for _ in 0..<3 { driver.cycle() }
        #expect(sold(driver) == 50)
        driver.expectSound()
    }

    @Test("a position that grew is not reduced by more than was approved, and not twice")
    func grownPosition() throws {
        var driver = try approvedHalf {
            $0.venueDoes { venue in
                venue.tradeManually("ABC", 100, at: "100")
                return []
            }
            $0.reconcile()
            $0.reconcile()
        }
        #expect(sold(driver) == 50 && driver.position("ABC")?.size == 150)
        for _ in 0..<5 { driver.cycle() }
        #expect(sold(driver) == 50 && driver.position("ABC")?.size == 150, "what is left is another question")
        #expect(driver.state.approvals.pending.map(\.change) == [.reduce(to: 50, of: 150)])
        driver.expectSound()
    }

    @Test("once it is carried out it is used: what is bought again by hand is not sold for it")
    func usedOnce() throws {
        var driver = try approvedHalf()
        driver.venue.tradeManually("ABC", 50, at: "100")
        for _ in 0..<5 { driver.reconcile() }
        for _ in 0..<3 { driver.cycle() }
        #expect(sold(driver) == 50 && driver.position("ABC")?.size == 100)
        #expect(driver.state.approvals.pending.count == 1)
    }

    @Test("it is about the position that was shown: one that was closed and opened anew is another question")
    func anotherPosition() throws {
        var driver = holding(100, [.reduceTo(quantity: 50)])
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.venue.tradeManually("ABC", -100, at: "100")
        for _ in 0..<3 { driver.reconcile() }
        #expect(driver.position("ABC") == nil)
        driver.venue.tradeManually("ABC", 100, at: "100")
        for _ in 0..<3 { driver.reconcile() }
        driver.send(.asked(answer(.approve(id))))
        driver.cycle()
        #expect(sold(driver) == 0 && driver.position("ABC")?.size == 100)
    }

    @Test("what of it is not executed in its time is not done: a part is no reason to go on")
    func reductionExpires() throws {
        var driver = holding(100, [.reduceTo(quantity: 50)]) { $0.approvalExpiry = .seconds(300) }
        let id = try #require(driver.state.approvals.pending.first?.id)
        driver.venue.faults.fillsOnly = 20
        driver.send(.asked(answer(.approve(id))))
        driver.cycle()
        let order = try #require(driver.working("ABC").first { $0.terms.role == .reduce })
        for _ in 0..<40 { driver.cycle() }
        // 20 are sold; the market closes, and the rest is ended there.
        driver.send(.market(MarketUpdate(at: driver.now, session: .afterHours)))
        driver.venueDoes { $0.drop(order.id) }
        #expect(driver.position("ABC")?.size == 80)
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.plan("ABC")?.quantityLimit == nil)
        driver.send(.market(MarketUpdate(at: driver.now, session: .regular)))
        driver.quote("ABC", "100", "100", last: "100")
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.submissions.flatMap(\.orders).filter { $0.role == .reduce }.count == 1)
        #expect(driver.position("ABC")?.size == 80 && driver.venue.stopped("ABC") == 80)
        #expect(driver.state.approvals.pending.count == 1, "it is asked anew")
    }

    @Test("an emergency exit asks nobody, nor does what a person wants themselves")
    func neverAsked() {
        let driver = holding(100, [.exit], .emergency)
        #expect(driver.venue.held("ABC").isZero)
        var other = holding(100, [.stop("95")])
        other.send(.asked(answer(.close)))
        other.cycle()
        #expect(other.venue.held("ABC").isZero)
        #expect(other.state.approvals.all.isEmpty)
    }

    @Test("what a veto or a limit ends anyway is no question")
    func noNeedlessQuestion() {
        var driver = asking()
        driver.send(.control(Control(command: .reduce, who: "me", why: "test")))
        driver.recommend([LimitTests.enter(.buy, 300, "ABC")])
        driver.cycle()
        #expect(!driver.state.approvals.pending.contains { $0.id.decision != DecisionID(cycle: 1, symbol: "ABC") })
        var vetoed = asking()
        vetoed.recommend([LimitTests.enter(.buy, 300, "ABC"), PluginName("guard").says(.veto, on: "ABC")])
        for _ in 0..<10 { vetoed.cycle() }
        #expect(vetoed.state.approvals.pending.isEmpty)
    }

    @Test("an id is read as it is written, of symbols with a dot too", arguments: ["25.BRK.B.enter", "1.A.reduce"])
    func ids(text: String) {
        #expect(ProposalID(text: text)?.description == text)
        for wrong in ["", "enter", "25.enter", "x.A.enter", "25.A.buy", "025.A.enter", "-1.A.enter", "25.a b.enter"] {
            #expect(ProposalID(text: wrong) == nil, "\(wrong)")
        }
    }
}
