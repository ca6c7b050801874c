import Foundation
import JSON
import Supervision
import SystemTime
import Trading
import Wire

/// What holds for a broker adapter when the core, its own process or its venue goes and comes back.
enum BrokerRestartChecks {
    static let all = [
        Check(
            "broker.core-restart", "after another hello the orders are as they were", in: Section.brokers,
            run: coreRestart),
        Check(
            "broker.replay",
            "replays_events: after another hello the executions are told again, with the same ids and figures",
            in: Section.brokers, run: replay),
        Check(
            "broker.restart", "after drain and another start it knows what it was asked", in: Section.brokers,
            needsProcess: true, run: restart),
        Check(
            "broker.killed",
            "after kill -9 between the venue and its word it knows what it was asked, and no order is lost or doubled",
            in: Section.brokers, needsProcess: true, run: killed),
        Check(
            "broker.venue-down",
            "while the venue cannot be reached nothing is said that is not known; when it is back, all is told",
            in: Section.brokers, run: venueDown),
    ]

    private static func coreRestart(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        try broker.place(broker.resting())
        try BrokerChecks.buy(broker, broker.lots(2))
        try broker.reopen(Self.anotherCore)
        try broker.agrees(since: start)
        return "a working order and an execution, the same to the next core; \(broker.repeated) executions told again"
    }

    private static func anotherCore(_ harness: PluginHarness) throws {
        harness.dropCore()
        try harness.startCore()
        // Silence until it notices.
        try harness.begin()
    }

    private static func replay(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.replaysEvents else {
            throw NotApplicable("it declares replays_events false: what was missed is asked for")
        }
        let start = try broker.held()
        for lots in [1, 2] as [Int64] { try BrokerChecks.buy(broker, broker.lots(lots)) }
        let told = broker.executions.count
        try broker.reopen(Self.anotherCore)
        let deadline = monotonicMilliseconds() + Limits.answerMilliseconds
        while broker.repeated < told, monotonicMilliseconds() < deadline { try broker.hear() }
        guard broker.repeated >= told else {
            throw Broken("\(told) executions were told before; \(broker.repeated) were told again to the next core")
        }
        try broker.agrees(since: start)
        return "\(told) executions told, \(broker.repeated) of them again, counted once"
    }

    private static func restart(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let waiting = try broker.resting()
        try broker.place(waiting)
        try BrokerChecks.buy(broker, broker.lots(2))
        try harness.send(.drain, .object([JSON.Member(key: "reason", value: .string("the check drains"))]))
        while let message = try harness.nextOrEnd(), message.header.type != .bye {}
        _ = try harness.ending(after: "bye")
        try broker.reopen { try $0.open() }
        try broker.agrees(since: start)
        _ = try broker.ask(.submit(OrderSubmission(orders: [waiting])))
        try broker.agrees(since: start)
        return "a working order and an execution, the same after another start; the order, sent again, is there once"
    }

    // MARK: - Kill -9

    /// When the process ends. A debug build of the project's kit ends itself at exact moments when asked to; whoever does not
    /// is killed upon its first report, or from outside.
    private enum Moment: String, CaseIterable { case before, after, outside }

    private static func killed(_ harness: PluginHarness) throws -> String {
        var seen: [String] = []
        let broker = try BrokerHarness(harness)
        for moment in Moment.allCases {
            for terms in [broker.atMarket(.buy, broker.lots(3)), try broker.resting()] {
                seen.append("\(terms.type.rawValue) \(try loseAndAskAgain(broker, terms, moment))")
            }
        }
        return seen.joined(separator: "; ")
    }

    private static func loseAndAskAgain(_ broker: BrokerHarness, _ terms: NewOrder, _ moment: Moment) throws -> String {
        let marker = broker.harness.stateFolder + "/crashed"
        if FileManager.default.fileExists(atPath: marker) { try FileManager.default.removeItem(atPath: marker) }
        // The second command of the process is the submission.
        try broker.reopen { try $0.open(environment: crash(of: $0.plugin.name, at: moment)) }
        let start = try broker.held()
        let before = try broker.bought()
        func counted() throws -> Quantity { try start + (broker.bought() - before) }
        let fate = try lose(broker, terms, moment)
        guard try broker.held() == counted() else {
            throw Broken(
                "after kill -9 the position is \(try broker.held()); \(try counted()) is what its executions make")
        }
        // Whoever is in doubt may ask for it again under the same id; one order comes of it.
        _ = try broker.ask(.submit(OrderSubmission(orders: [terms])))
        if broker.capabilities.wantsMarketData { try broker.quote(broker.base) }
        guard let found = try broker.adopt(terms.clientOrderID) else {
            throw Broken("query does not know \(terms.words), sent again after kill -9")
        }
        guard try broker.held() == counted() else {
            throw Broken(
                "sent again after kill -9, \(terms.words) was executed twice: \(try broker.held()) is held, \(try counted()) was told"
            )
        }
        let listed = try broker.state().openOrders.filter { $0.id == terms.clientOrderID }.count
        guard listed == (found.isWorking ? 1 : 0) else {
            throw Broken("\(terms.words) is \(found.status.rawValue), and listed \(listed) times after kill -9")
        }
        return fate
    }

    /// Nothing in a release build, whose kit has no crash points.
    private static func crash(of plugin: PluginName, at moment: Moment) -> [String] {
        #if DEBUG
            if moment != .outside { return ["BIGBROTHER_CRASH=\(plugin):command:2:\(moment.rawValue)"] }
        #endif
        return []
    }

    /// Sends an order, and the process ends at it.
    /// - Returns: what became of it, for people.
    private static func lose(_ broker: BrokerHarness, _ terms: NewOrder, _ moment: Moment) throws -> String {
        let harness = broker.harness
        let id = try broker.send(.submit(OrderSubmission(orders: [terms])))
        var words = 0
        if moment != .outside {
            // Either it ends by itself, or it is killed at its first message.
            while let message = try harness.nextOrEnd() {
                if message.header.re == id, message.header.type == .done { break }
                if message.header.type == .execution {
                    words += 1
                    break
                }
            }
        }
        harness.killPlugin()
        _ = try harness.ending(after: "kill -9")
        try broker.reopen { try $0.open() }
        let found = try broker.adopt(terms.clientOrderID)
        if words > 0, found == nil {
            throw Broken("it had said a word on \(terms.words); after kill -9 it does not know it")
        }
        return
            "\(moment.rawValue)\(words > 0 ? ", after its first word" : ""): \(found.map(\.status.rawValue) ?? "never arrived")"
    }

    // MARK: - The venue

    private static func venueDown(_ harness: PluginHarness) throws -> String {
        let guide = harness.plugin.guide
        guard let down = guide.venueDown, let up = guide.venueUp else {
            throw NotApplicable("check.json names no venue_down and venue_up, the commands that part it from its venue")
        }
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let waiting = try broker.resting()
        try broker.place(waiting)
        try run(down, harness)
        let question = try broker.ask(.query(clientOrderID: waiting.clientOrderID))
        if let answer = question.answer, answer.order == nil {
            throw Broken(
                "with its venue out of reach it said that it never had \(waiting.words): that is its word, and not true"
            )
        }
        let late = broker.atMarket(.buy, broker.lots(2))
        let words = try broker.ask(.submit(OrderSubmission(orders: [late])))
        let isFilled = words.reports.contains { $0.event == .fill }
        guard !isFilled else { throw Broken("with its venue out of reach it told a fill") }
        try run(up, harness)
        if broker.capabilities.wantsMarketData { try broker.quote(broker.base) }
        let found = try broker.adopt(late.clientOrderID)
        if found == nil {
            // It never arrived, and never will: the core closes it.
            broker.forget(late.clientOrderID)
        } else if found?.status.isTerminal == false {
            try broker.until(late.clientOrderID, "fate of an order that was sent while the venue was down") {
                $0.isTerminal
            }
        }
        try broker.agrees(since: start)
        return
            "down: query \(question.error.map { "error: \($0)" } ?? "answered"), submit \(words.error.map { "error: \($0)" } ?? words.reports.map(\.event.rawValue).joined(separator: " ")); up: \(found?.status.rawValue ?? "never arrived")"
    }

    private static func run(_ command: [String], _ harness: PluginHarness) throws {
        guard let program = command.first, case .program(let plugin) = harness.plugin.place else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: plugin.directory)
        process.environment = ["STATE": harness.stateFolder, "PATH": "/usr/bin:/bin"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Broken("check.json: \(command.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
    }
}
