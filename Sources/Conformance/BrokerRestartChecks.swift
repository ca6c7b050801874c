import Foundation
import Supervision
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

    private static func coreRestart(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        try desk.place(desk.resting())
        try BrokerChecks.buy(desk, desk.lots(2))
        try desk.reopen(Self.anotherCore)
        try desk.agrees(since: start)
        return "a working order and an execution, the same to the next core; \(desk.repeated) executions told again"
    }

    private static func anotherCore(_ stage: Stage) throws {
        stage.dropCore()
        try stage.startCore()
        // Silence until it notices.
        try stage.begin()
    }

    private static func replay(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.replaysEvents else {
            throw NotConcerned("it declares replays_events false: what was missed is asked for")
        }
        let start = try desk.held()
        for lots in [1, 2] as [Int64] { try BrokerChecks.buy(desk, desk.lots(lots)) }
        let told = desk.executions.count
        try desk.reopen(Self.anotherCore)
        let deadline = monotonicMilliseconds() + Limits.answerMilliseconds
        while desk.repeated < told, monotonicMilliseconds() < deadline { try desk.hear() }
        guard desk.repeated >= told else {
            throw Broken("\(told) executions were told before; \(desk.repeated) were told again to the next core")
        }
        try desk.agrees(since: start)
        return "\(told) executions told, \(desk.repeated) of them again, counted once"
    }

    private static func restart(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        let waiting = try desk.resting()
        try desk.place(waiting)
        try BrokerChecks.buy(desk, desk.lots(2))
        try stage.tell(.drain, .object([JSON.Member(key: "reason", value: .string("the check drains"))]))
        while let message = try stage.nextOrEnd(), message.header.type != .bye {}
        _ = try stage.ending(after: "bye")
        try desk.reopen { try $0.open() }
        try desk.agrees(since: start)
        _ = try desk.ask(.submit(OrderSubmission(orders: [waiting])))
        try desk.agrees(since: start)
        return "a working order and an execution, the same after another start; the order, sent again, is there once"
    }

    // MARK: - Kill -9

    /// When the process dies. The kit of the project dies at exact moments when it is told to; whoever does not is killed
    /// from outside.
    private enum Moment: String, CaseIterable { case before, after, outside }

    private static func killed(_ stage: Stage) throws -> String {
        var seen: [String] = []
        let desk = try Desk(stage)
        for moment in Moment.allCases {
            for terms in [desk.atMarket(.buy, desk.lots(3)), try desk.resting()] {
                seen.append("\(terms.type.rawValue) \(try loseAndAskAgain(desk, terms, moment))")
            }
        }
        return seen.joined(separator: "; ")
    }

    private static func loseAndAskAgain(_ desk: Desk, _ terms: NewOrder, _ moment: Moment) throws -> String {
        let marker = desk.stage.stateFolder + "/crashed"
        if FileManager.default.fileExists(atPath: marker) { try FileManager.default.removeItem(atPath: marker) }
        // The second command of the process is the submission.
        let crash = "BIGBROTHER_CRASH=\(desk.stage.subject.name):command:2:\(moment.rawValue)"
        try desk.reopen { try $0.open(environment: moment == .outside ? [] : [crash]) }
        let start = try desk.held()
        let before = try desk.bought()
        func counted() throws -> Quantity { try start + (desk.bought() - before) }
        let fate = try lose(desk, terms, moment)
        guard try desk.held() == counted() else {
            throw Broken(
                "after kill -9 the position is \(try desk.held()); \(try counted()) is what its executions make")
        }
        // Whoever is in doubt may ask for it again under the same id; one order comes of it.
        _ = try desk.ask(.submit(OrderSubmission(orders: [terms])))
        if desk.capabilities.wantsMarketData { try desk.quote(desk.base) }
        guard let found = try desk.adopt(terms.clientOrderID) else {
            throw Broken("query does not know \(terms.words), sent again after kill -9")
        }
        guard try desk.held() == counted() else {
            throw Broken(
                "sent again after kill -9, \(terms.words) was executed twice: \(try desk.held()) is held, \(try counted()) was told"
            )
        }
        let listed = try desk.state().openOrders.filter { $0.id == terms.clientOrderID }.count
        guard listed == (found.isWorking ? 1 : 0) else {
            throw Broken("\(terms.words) is \(found.status.rawValue), and listed \(listed) times after kill -9")
        }
        return fate
    }

    /// Sends an order, and the process dies of it.
    /// - Returns: what became of it, for people.
    private static func lose(_ desk: Desk, _ terms: NewOrder, _ moment: Moment) throws -> String {
        let stage = desk.stage
        let id = try desk.send(.submit(OrderSubmission(orders: [terms])))
        var words = 0
        if moment != .outside {
            // Either it dies by itself, or it is killed upon its first word.
            while let message = try stage.nextOrEnd() {
                if message.header.re == id, message.header.type == .done { break }
                if message.header.type == .execution {
                    words += 1
                    break
                }
            }
        }
        stage.killPlugin()
        _ = try stage.ending(after: "kill -9")
        try desk.reopen { try $0.open() }
        let found = try desk.adopt(terms.clientOrderID)
        if words > 0, found == nil {
            throw Broken("it had said a word on \(terms.words); after kill -9 it does not know it")
        }
        return
            "\(moment.rawValue)\(words > 0 ? ", after its first word" : ""): \(found.map(\.status.rawValue) ?? "never arrived")"
    }

    // MARK: - The venue

    private static func venueDown(_ stage: Stage) throws -> String {
        let guide = stage.subject.guide
        guard let down = guide.venueDown, let up = guide.venueUp else {
            throw NotConcerned("check.json names no venue_down and venue_up, the commands that part it from its venue")
        }
        let desk = try Desk(stage)
        let start = try desk.held()
        let waiting = try desk.resting()
        try desk.place(waiting)
        try run(down, stage)
        let question = try desk.ask(.query(clientOrderID: waiting.clientOrderID))
        if let answer = question.answer, answer.order == nil {
            throw Broken(
                "with its venue out of reach it said that it never had \(waiting.words): that is its word, and not true"
            )
        }
        let late = desk.atMarket(.buy, desk.lots(2))
        let words = try desk.ask(.submit(OrderSubmission(orders: [late])))
        let isFilled = words.reports.contains { $0.event == .fill }
        guard !isFilled else { throw Broken("with its venue out of reach it told a fill") }
        try run(up, stage)
        if desk.capabilities.wantsMarketData { try desk.quote(desk.base) }
        let found = try desk.adopt(late.clientOrderID)
        if found == nil {
            // It never arrived, and never will: the core closes it.
            desk.forget(late.clientOrderID)
        } else if found?.status.isTerminal == false {
            try desk.until(late.clientOrderID, "fate of an order that was sent while the venue was down") {
                $0.isTerminal
            }
        }
        try desk.agrees(since: start)
        return
            "down: query \(question.error.map { "error: \($0)" } ?? "answered"), submit \(words.error.map { "error: \($0)" } ?? words.reports.map(\.event.rawValue).joined(separator: " ")); up: \(found?.status.rawValue ?? "never arrived")"
    }

    private static func run(_ command: [String], _ stage: Stage) throws {
        guard let program = command.first, case .program(let plugin) = stage.subject.place else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: plugin.directory)
        process.environment = ["STATE": stage.stateFolder, "PATH": "/usr/bin:/bin"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Broken("check.json: \(command.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
    }
}
