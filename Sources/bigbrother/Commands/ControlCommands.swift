import ArgumentParser
import CommandSupport
import Configuration
import Console
import FileTrust
import Foundation
import Messaging
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire
import Wording
import ZeroMQTransport

/// What the commands that ask the running core have in common.
struct ControlOptions: ParsableArguments {
    @Option(help: "The YAML file of the account.") var config: String?
    @Option(help: "Why; it is journaled.") var why = "asked on the command line"
    @Flag(help: "Print JSON.") var json = false

    /// What goes with a command on a symbol.
    struct Figures {
        var quantity: Quantity?
        var fraction: Ratio?
        var price: Price?
        var mode: String?
        var proposal: String?
    }

    /// What closing these positions would do, as the journal knows it now.
    func closing(_ isMeant: (Symbol) -> Bool) throws -> [String] {
        let state = try state()
        let records = state.portfolio.positions.values.filter { isMeant($0.symbol) }.sorted { $0.symbol < $1.symbol }
        guard !records.isEmpty else { return ["No such position is held."] }
        return records.flatMap { record -> [String] in
            guard state.mode(of: record.symbol) != .watched else {
                return ["  \(record.symbol) is watched only, and left alone"]
            }
            let ours = state.portfolio.orders.working(record.symbol).count { $0.terms.role != .external }
            let price = state.market.price(of: record.symbol).map { ", last \($0.text(minimumDecimals: 2))" } ?? ""
            let orders = "\(ours) resting \(ours == 1 ? "order is" : "orders are") canceled first"
            return ["  \(record.exitSide.rawValue) \(record.size) \(record.symbol) at market\(price); \(orders)"]
                + hindrances(.close, record.symbol, state)
        }
    }

    /// What closing a part would do, likewise.
    func selling(_ words: String, of symbol: Symbol, _ wish: PersonRequest.Wish) throws -> [String] {
        let state = try state()
        guard let record = state.portfolio.positions[symbol] else { return ["No \(symbol) is held."] }
        let verb = record.isLong ? "sold" : "bought back"
        return ["  \(words) of \(record.size) \(symbol) is \(verb) at market; \(state.stopPlace(of: symbol).words)"]
            + hindrances(wish, symbol, state)
    }

    private func hindrances(_ wish: PersonRequest.Wish, _ symbol: Symbol, _ state: CoreState) -> [String] {
        state.hindrances(of: PersonRequest(symbol: symbol, wish: wish, who: Self.person, why: why))
            .map { "  ! \($0.words)" }
    }

    private func state() throws -> CoreState {
        try Recovery.rebuild(from: SQLiteJournalReader(path: try Home.journal(config))).core.state
    }

    /// `user@host`, for the journal.
    static var person: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }

    /// Asks the core, which journals what it does, with who and why.
    /// - Parameters:
    ///   - follows: the answer comes when what was asked for has ended.
    ///   - lines: what a person is shown of the answer.
    func ask(
        _ command: String, plugin: PluginName? = nil, order: ClientOrderID? = nil, symbol: Symbol? = nil,
        follows: Bool = false, with figures: Figures = Figures(),
        _ lines: (ControlReply) -> [String] = { [$0.message] }
    ) throws {
        try Failure.guarding {
            var request = ControlRequest(
                command: command, plugin: plugin, order: order, symbol: symbol, who: Self.person, why: why)
            (request.quantity, request.fraction) = (figures.quantity, figures.fraction)
            (request.price, request.mode, request.proposal) = (figures.price, figures.mode, figures.proposal)
            let reply = try ControlClient(
                directory: ZeroMQHub.controlDirectory(beside: Home.socketDirectory(config))
            ).ask(request, follows: follows)
            if json {
                print(String(decoding: try WireEncoder().encode(reply), as: UTF8.self))
            } else {
                for line in lines(reply) { print(line.onOneLine) }
            }
            if !reply.accepted { throw ExitCode(Failure.badInput) }
        }
    }
}

struct HaltCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt", abstract: "Send nothing any more; what rests at the broker stays, entries too.")
    @OptionGroup var options: ControlOptions
    func run() throws { try options.ask("halt") }
}

struct ReduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reduce", abstract: "Exits and protection only; entries under way are canceled.")
    @OptionGroup var options: ControlOptions
    func run() throws { try options.ask("reduce") }
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Trade again after halt, reduce or flatten.")
    @OptionGroup var options: ControlOptions
    func run() throws { try options.ask("resume") }
}

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Read the configuration again now; prints what has changed.",
        discussion: """
            A running core sees by itself, within two seconds, that its file has changed.
            This command does not wait for that, and answers. A file that cannot be used
            changes nothing. Account, state folder, clock, broker and the programs of
            plugins stay as they are until the core is started again.
            """)
    @OptionGroup var options: ControlOptions
    func run() throws { try options.ask("reload") }
}

struct FlattenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flatten", abstract: "Close every position, and open none, until resume, reduce or halt.",
        discussion: """
            On a terminal it shows what will be closed, and asks.
            """)
    @OptionGroup var options: ControlOptions
    @OptionGroup var agreement: Agreement
    func run() throws {
        try agreement.ask { try options.closing { _ in true } }
        try options.ask("flatten")
    }
}

struct HandOverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand-over", abstract: "Let the core manage an order that somebody else has placed.",
        discussion: """
            Orders that a person or another program has placed are never touched: what they
            may sell is planned around, and where one keeps shares from being protected an
            alert says so. This hands one over: from then on it is moved, resized or canceled
            as the plan of its symbol asks for. `external_orders: manage` does so with all.
            """)
    @Argument(help: "The client order id, as `bigbrother orders` shows it.") var order: String
    @OptionGroup var options: ControlOptions
    func run() throws {
        try Failure.guarding { try options.ask("hand_over", order: try ClientOrderID(order)) }
    }
}

/// A short conversation with the running core.
struct ControlClient {
    let directory: String
    private static let patienceMilliseconds = 3_000

    /// - Parameter follows: the answer may take long; the core is asked meanwhile whether it is still there.
    func ask(_ request: ControlRequest, follows: Bool = false) throws -> ControlReply {
        // Whoever made that folder would be obeyed, and would say that a halt is taken.
        if FileManager.default.fileExists(atPath: directory) { try FileTrust.check(private: directory) }
        let context = try ZeroMQContext()
        let socket = try ZeroMQSocket(.dealer, in: context)
        try socket.connect(try Endpoint.parse("ipc://\(directory)/control"))
        let codec = MessageCodec()
        let header = Header(type: .control, id: "1", session: "", epoch: 0, seq: 1)
        var poller = ZeroMQPoller()
        let writable = poller.add(socket, for: .writable)
        guard try !poller.poll(timeoutMilliseconds: Self.patienceMilliseconds).isEmpty else {
            throw NoCore(directory: directory)
        }
        poller.remove(writable)
        try socket.send([try codec.encode(header), try codec.encode(request)])
        let readable = poller.add(socket, for: .readable)
        defer { poller.remove(readable) }
        var isAlive = true
        while true {
            guard try !poller.poll(timeoutMilliseconds: Self.patienceMilliseconds).isEmpty,
                let frames = try socket.receive(), frames.count == 2
            else {
                guard follows else { throw NoCore(directory: directory) }
                guard isAlive else { throw CoreGone() }
                isAlive = false
                let ping = Header(type: .control, id: "ping", session: "", epoch: 0, seq: 2)
                let frames = [
                    try codec.encode(ping),
                    try codec.encode(ControlRequest(command: "ping", who: request.who, why: "is it still there")),
                ]
                do { try socket.send(frames) } catch { throw CoreGone() }
                continue
            }
            isAlive = true
            if try codec.header(frames).re == header.id { return try codec.data(ControlReply.self, frames[1]) }
        }
    }
}

struct NoCore: Error, CustomStringConvertible {
    let directory: String
    var description: String {
        "no core answers at \(directory); is `bigbrother run` with this configuration at work?"
    }
}

/// It took what was asked for, and does not answer any more.
struct CoreGone: Error, CustomStringConvertible {
    var description: String {
        "the core is gone before it told what came of it, and takes up at its next start what it had begun; `bigbrother broker list` tells who trades"
    }
}
