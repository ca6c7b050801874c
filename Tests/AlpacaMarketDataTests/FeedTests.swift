import AlpacaAPI
import JSON
import Testing
import Trading

@testable import AlpacaMarketData

/// The vendor as the feed sees it: a socket and answers.
private struct Rig {
    var feed: MarketFeed
    var asked: [(number: Int64, question: Question)] = []
    var updates: [MarketUpdate] = []
    var told: [String] = []
    var said: [MarketFeed.Action] = []
    var histories: [Int64: [Trading.Bar]] = [:]
    var failures: [Int64: String] = [:]

    init(_ options: MarketFeed.Options = .init(symbols: [alfa, chrl]), at time: Timestamp = start) {
        feed = MarketFeed(options, at: time)
        take(feed.advance(to: time))
    }

    mutating func take(_ actions: [MarketFeed.Action]) {
        for action in actions {
            switch action {
            case .ask(let number, let question): asked.append((number, question))
            case .update(let update): updates.append(update)
            case .tell(_, let text): told.append(text)
            case .history(let number, let bars): histories[number] = bars
            case .historyFailed(let number, let why): failures[number] = why
            case .connect, .authenticate, .subscribe, .ping, .close: said.append(action)
            }
        }
    }

    mutating func advance(_ time: Timestamp) { take(feed.advance(to: time)) }

    mutating func frame(_ messages: Alpaca.DataStreamMessage..., at time: Timestamp) {
        let json = JSON.array(messages.map { $0.json(.exact) })
        take(feed.take(frame: json.bytes, at: time))
    }

    mutating func stream(at time: Timestamp = start) {
        take(feed.opened(at: time))
        frame(.success("connected"), at: time)
        frame(.success("authenticated"), at: time)
        frame(.subscription(feed.plan.subscription), at: time)
    }

    /// Answers the oldest question of a kind.
    mutating func answer(_ reply: Reply, at time: Timestamp, _ isMeant: (Question) -> Bool) {
        guard let index = asked.firstIndex(where: { isMeant($0.question) }) else {
            return #expect(Bool(false), "nothing of that was asked: \(asked)")
        }
        take(feed.take(reply, to: asked.remove(at: index).number, at: time))
    }

    mutating func answerActions(_ page: Alpaca.CorporateActionsPage = .init(), at time: Timestamp = start) {
        answer(.actions(page), at: time) { if case .actions = $0 { true } else { false } }
    }

    mutating func answerPrices(_ symbol: Symbol, _ quote: Alpaca.Quote, at time: Timestamp) {
        var snapshot = Alpaca.Snapshot()
        snapshot.latestQuote = quote
        answer(.snapshots(.init([.init(symbol, snapshot)])), at: time) {
            if case .snapshots = $0 { true } else { false }
        }
    }

    var barQuestions: [Alpaca.HistoryQuery] {
        asked.compactMap { if case .bars(let query) = $0.question { query } else { nil } }
    }
}

private func tick<Body>(_ symbol: Symbol, _ body: Body) -> Alpaca.Tick<Body> { Alpaca.Tick(symbol, body) }

@Suite("Alpaca data: the feed")
struct FeedTests {
    @Test("it connects, says who it is, subscribes, and asks for the last prices")
    func connects() {
        var rig = Rig()
        #expect(rig.said == [.connect])
        rig.stream()
        #expect(rig.said == [.connect, .authenticate, .subscribe(rig.feed.plan.subscription)])
        #expect(rig.feed.isStreaming && rig.told.contains("iex is streaming"))
        rig.answerPrices(alfa, quote("99", "101", at: later(-3)), at: later(1))
        #expect(rig.updates.last?.quotes?.map(\.at) == [later(-3)] && rig.updates.last?.at == later(1))
    }

    @Test("quotes and trades of an interval are one update; bars go at once, with what there is")
    func coalesces() {
        var rig = Rig()
        rig.stream()
        rig.updates = []
        rig.frame(.quote(tick(alfa, quote("99", "101", at: later(1)))), at: later(1))
        #expect(rig.updates.count == 1)
        for step in 1...4 as ClosedRange<Int64> {
            let time = later(1, step * 40)
            rig.frame(.quote(tick(alfa, quote("99.0\(step)", "101", at: time))), at: time)
        }
        #expect(rig.updates.count == 1 && rig.feed.nextDue == later(1, 250))
        rig.advance(later(1, 250))
        #expect(rig.updates.last?.quotes?.map(\.bid) == [price("99.04")] && rig.updates.count == 2)
        rig.frame(.quote(tick(chrl, quote("50", "51", at: later(1, 260)))), at: later(1, 260))
        rig.frame(.bar(tick(alfa, bar("100", "101", at: later(-60)))), at: later(1, 270))
        #expect(rig.updates.count == 2, "history is no news")
        rig.frame(.bar(tick(alfa, bar("100", "101", at: start))), at: later(60))
        #expect(rig.updates.last?.bars?.count == 1 && rig.updates.last?.quotes?.map(\.symbol) == [chrl])
        #expect(zip(rig.updates, rig.updates.dropFirst()).allSatisfy { $0.at < $1.at })
    }

    @Test("what cannot be read is said once, and costs its own message only")
    func unreadable() {
        var rig = Rig()
        rig.stream()
        for _ in 0..<3 {
            rig.take(
                rig.feed.take(
                    frame: Array(
                        #"[{"T":"q","S":"ALFA"},{"T":"q","S":"CHRL","bp":1,"bs":1,"ap":2,"as":1,"t":"2026-03-16T14:00:01Z"}]"#
                            .utf8),
                    at: later(2)))
            rig.take(rig.feed.take(frame: Array("garbage".utf8), at: later(2)))
        }
        #expect(rig.told.filter { $0.contains("cannot be read") }.count == 2)
        #expect(rig.updates.last?.quotes?.map(\.symbol) == [chrl])
    }

    @Test("what is not followed is left out")
    func unfollowed() {
        var rig = Rig()
        rig.stream()
        rig.updates = []
        let other = Symbol(unchecked: "OTHR")
        rig.frame(.quote(tick(other, quote("1", "2", at: later(1)))), at: later(1))
        rig.frame(.bar(tick(other, bar("1", "2", at: start))), at: later(61))
        #expect(rig.updates.isEmpty)
    }

    @Test("history waits for corporate actions, which are told before it")
    func actionsFirst() {
        var rig = Rig()
        rig.take(rig.feed.askHistory(.seconds(60), 10, number: 1, at: start))
        #expect(rig.barQuestions.isEmpty)
        let page = decoded(
            Alpaca.CorporateActionsPage.self,
            #"{"corporate_actions":{"forward_splits":[{"id":"s1","symbol":"ALFA","new_rate":2,"old_rate":1,"process_date":"2026-03-13","ex_date":"2026-03-13"}]},"next_page_token":null}"#
        )
        rig.answerActions(page, at: later(1))
        #expect(rig.updates.flatMap { $0.corporateActions ?? [] }.map(\.id) == ["s1"])
        #expect(rig.barQuestions.count == 1)
        rig.advance(later(1_801))
        rig.updates = []
        rig.answerActions(page, at: later(1_802))
        #expect(rig.updates.allSatisfy { $0.corporateActions == nil }, "told once")
    }

    @Test("history is asked for page by page and tried again; without actions after three seconds")
    func history() {
        var rig = Rig()
        rig.take(rig.feed.askHistory(.seconds(60), 10, number: 1, at: start))
        rig.advance(later(3))
        #expect(rig.barQuestions.count == 1)
        let isBars: (Question) -> Bool = { if case .bars = $0 { true } else { false } }
        rig.answer(.failed(.other("no answer")), at: later(4), isBars)
        #expect(rig.barQuestions.isEmpty)
        rig.advance(later(5))
        var page = Alpaca.HistoryPage<Alpaca.Bar>()
        page.bySymbol.entries = [.init(alfa, [bar("100", "101", at: later(-120))])]
        page.nextPageToken = Alpaca.PageToken("more")
        rig.answer(.bars(page), at: later(5), isBars)
        #expect(rig.barQuestions.first?.pageToken == Alpaca.PageToken("more"))
        page.bySymbol.entries = [.init(alfa, [bar("101", "102", at: later(-60))])]
        page.nextPageToken = nil
        rig.answer(.bars(page), at: later(6), isBars)
        #expect(rig.histories[1]?.map(\.close) == [price("101"), price("102")])
    }

    @Test("what the plan forbids is not asked again, and the core hears why")
    func forbidden() {
        var rig = Rig()
        rig.answerActions()
        rig.take(rig.feed.askHistory(.seconds(60), 10, number: 4, at: start))
        rig.answer(.failed(.forbidden("subscription does not permit querying recent SIP data")), at: later(1)) {
            if case .bars = $0 { true } else { false }
        }
        #expect(rig.failures[4]?.contains("does not permit") == true && rig.barQuestions.isEmpty)
        rig.take(rig.feed.askHistory(.seconds(30), 10, number: 5, at: start))
        #expect(rig.histories[5] == [])
    }

    @Test("after a reconnect what was missed is told first, then what has come since")
    func reconnect() {
        var rig = Rig()
        rig.stream()
        rig.frame(.bar(tick(alfa, bar("100", "101", at: start))), at: later(60))
        rig.frame(.bar(tick(chrl, bar("50", "51", at: start))), at: later(60))
        rig.updates = []
        rig.take(rig.feed.closed(at: later(70)))
        #expect(!rig.feed.isStreaming)
        rig.advance(later(75))
        rig.stream(at: later(235))
        #expect(rig.barQuestions.map(\.start) == [later(60)] && rig.barQuestions[0].adjustment == .known(.raw))
        rig.frame(.bar(tick(alfa, bar("103", "104", at: later(180)))), at: later(240))
        #expect(rig.updates.allSatisfy { $0.bars == nil })
        var page = Alpaca.HistoryPage<Alpaca.Bar>()
        page.bySymbol.entries = [
            .init(alfa, [bar("101", "102", at: later(60)), bar("102", "103", at: later(120))])
        ]
        rig.answer(.bars(page), at: later(241)) { if case .bars = $0 { true } else { false } }
        #expect(
            rig.updates.flatMap { $0.bars ?? [] }.map { ($0.start - start).wholeSeconds } == [60, 120, 180])
    }

    @Test("a bar that was lost is asked for when the next one comes, once a minute at most")
    func lost() {
        var rig = Rig()
        rig.stream()
        rig.frame(.bar(tick(alfa, bar("100", "101", at: start))), at: later(60))
        #expect(rig.barQuestions.isEmpty)
        rig.frame(.bar(tick(alfa, bar("102", "103", at: later(120)))), at: later(180))
        #expect(rig.barQuestions.count == 1)
        rig.frame(.bar(tick(chrl, bar("50", "51", at: later(120)))), at: later(181))
        #expect(rig.barQuestions.count == 1)
        var page = Alpaca.HistoryPage<Alpaca.Bar>()
        page.bySymbol.entries = [.init(alfa, [bar("101", "102", at: later(60))])]
        rig.answer(.bars(page), at: later(182)) { if case .bars = $0 { true } else { false } }
        let told = rig.updates.flatMap { $0.bars ?? [] }.map { "\($0.symbol) \(($0.start - start).wholeSeconds)" }
        #expect(told == ["ALFA 0", "ALFA 60", "ALFA 120", "CHRL 120"])
    }

    @Test("newer bars wait twenty seconds for what was missed, and no longer")
    func patience() {
        var rig = Rig()
        rig.stream(at: later(100))
        #expect(rig.barQuestions.count == 1)
        rig.frame(.bar(tick(alfa, bar("101", "102", at: later(60)))), at: later(119))
        #expect(rig.updates.allSatisfy { $0.bars == nil })
        rig.advance(later(120))
        #expect(rig.updates.flatMap { $0.bars ?? [] }.count == 1)
    }

    @Test("without a stream the last prices are asked for every ten seconds, and told")
    func polls() {
        var rig = Rig()
        rig.take(rig.feed.closed(at: later(1)))
        var count = 0
        for second in 1...60 as ClosedRange<Int64> {
            rig.advance(later(second))
            while rig.asked.contains(where: { if case .snapshots = $0.question { true } else { false } }) {
                count += 1
                rig.answerPrices(alfa, quote("99", "101", at: later(second)), at: later(second))
            }
        }
        #expect((6...7).contains(count))
        #expect(rig.updates.flatMap { $0.quotes ?? [] }.count >= 6)
    }

    @Test("a stream that tells nothing of what is traded is opened anew", arguments: [true, false])
    func deaf(isDeaf: Bool) {
        var rig = Rig()
        rig.stream()
        rig.answerPrices(alfa, quote("99", "101", at: start), at: start)
        for second in [10, 20, 30] as [Int64] {
            rig.advance(later(second))
            rig.take(rig.feed.ponged(at: later(second)))
        }
        rig.answerPrices(alfa, quote("98", "101", at: isDeaf ? later(15) : later(5)), at: later(31))
        #expect(rig.feed.isStreaming != isDeaf)
        #expect(rig.updates.last?.quotes?.first?.bid == price("98"), "what it did not tell is told either way")
    }

    @Test("too many symbols are cut to what the plan takes, and that is said")
    func tooMany() {
        let symbols = (1...40).map { Symbol(unchecked: "S\($0)") }
        var rig = Rig(.init(symbols: symbols, symbolLimit: nil))
        rig.take(rig.feed.opened(at: start))
        rig.frame(.success("connected"), at: start)
        rig.frame(.success("authenticated"), at: start)
        rig.frame(.error(.init(.symbolLimit, "symbol limit exceeded")), at: start)
        guard case .subscribe(let less)? = rig.said.last else { return #expect(Bool(false)) }
        #expect(less.quotes.count == 30 && less.bars.count == 40)
        rig.frame(.subscription(less), at: start)
        #expect(rig.told.contains { $0.contains("30 of 40 symbols") })
    }

    @Test("the part of the day is told with every update, and when it changes")
    func session() {
        var rig = Rig(at: time("2026-03-17T16:59:00Z"))
        let rows =
            #"[{"date":"2026-03-17","open":"09:30","close":"13:00","session_open":"0400","session_close":"1700"}]"#
        rig.answer(.calendar(decoded([Alpaca.CalendarDay].self, rows)), at: time("2026-03-17T16:59:01Z")) {
            if case .calendar = $0 { true } else { false }
        }
        #expect(rig.updates.last?.session == .regular)
        rig.advance(time("2026-03-17T17:00:00Z"))
        #expect(rig.updates.last?.session == .afterHours && rig.updates.last?.quotes == nil)
    }

    @Test("a delayed feed keeps its times, asks for the past of sip, and says that it is late")
    func delayed() {
        var rig = Rig(.init(symbols: [alfa], feed: .delayedSIP))
        rig.answerActions()
        rig.stream()
        rig.updates = []
        rig.frame(.quote(tick(alfa, quote("99", "101", at: later(-900)))), at: later(1))
        #expect(rig.updates.last?.at == later(1) && rig.updates.last?.quotes?.first?.at == later(-900))
        #expect(rig.told.contains { $0.contains("fifteen minutes late") })
        rig.take(rig.feed.askHistory(.seconds(60), 10, number: 1, at: later(1)))
        #expect(rig.barQuestions.last?.feed == .known(.sip) && rig.barQuestions.last?.end == later(-899))
    }

    @Test("a condition is told when it is known")
    func condition() throws {
        let table = try ConditionTable("VIX", "timestamp,close\n2026-03-13,18.5\n2026-03-16,20\n")
        var rig = Rig(.init(symbols: [alfa], conditions: [table]))
        #expect(rig.updates.flatMap { $0.conditions ?? [] }.map(\.value) == [Ratio(units: 18_500_000)])
        rig.advance(time("2026-03-16T20:15:00Z"))
        #expect(rig.updates.flatMap { $0.conditions ?? [] }.count == 2)
    }

    @Test("when it is due it does something: no moment comes again", arguments: 0..<4 as Range<Int64>)
    func noSpin(kind: Int64) {
        var rig = Rig()
        if kind > 0 { rig.stream() }
        if kind > 1 { rig.frame(.quote(tick(alfa, quote("99", "101", at: later(1)))), at: later(1)) }
        if kind > 2 {
            rig.frame(.dailyBar(tick(alfa, bar("99", "101", at: time("2026-03-16T04:00:00Z")))), at: later(2))
        }
        var now = later(2)
        var steps = 0
        while now < later(86_400), steps < 100_000 {
            rig.advance(now)
            for row in rig.asked { rig.take(rig.feed.take(.failed(.other("x")), to: row.number, at: now)) }
            rig.asked = []
            #expect(rig.feed.nextDue > now)
            if rig.feed.nextDue <= now { return }
            now = rig.feed.nextDue
            steps += 1
        }
        #expect(steps < 60_000)
    }
}
