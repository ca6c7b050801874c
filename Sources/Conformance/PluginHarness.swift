import Foundation
import Glibc
import JSON
import Messaging
import Supervision
import SystemTime
import Trading
import Wire
import ZeroMQTransport

/// The core, as the kit plays it to one plugin: it can be slow, restart, and say what no core says.
///
/// Every message of the plugin is judged by the rules that hold always: version, session, sequence, ids, role.
final class PluginHarness {
    let plugin: PluginUnderTest
    /// Of this check alone.
    let folder: String
    let stateFolder: String
    let endpoint: Endpoint
    let codec = MessageCodec()
    /// What one check leaves to the others.
    let shared: Shared
    /// Of the check in its run.
    let number: Int
    private(set) var socket: HarnessSocket?
    private var child: ChildProcess?
    private var token = ""
    private var lastWords: [String] = []
    private var inbox: [Message] = []
    /// Updates of a provider in real time: it is not asked for them, so they are no answer to anything.
    private var news: [Message] = []
    private var isRealTime = false
    private var greetings: [(message: Message, hello: Hello)] = []
    var conversation: Conversation?
    private(set) var epoch: Int64
    private var sessions = 0
    /// Heart-beats are sent while it waits; not while a core is to seem gone.
    var beats = true
    /// What the plugin said it could be asked.
    private(set) var ready = Ready()
    private(set) var speaks = Hello.Version()

    init(_ plugin: PluginUnderTest, folder: String, shared: Shared, number: Int) throws {
        self.plugin = plugin
        self.folder = folder
        self.shared = shared
        self.number = number
        epoch = shared.epoch
        stateFolder = folder + "/state"
        try FileManager.default.createDirectory(atPath: stateFolder, withIntermediateDirectories: true)
        switch plugin.place {
        case .program: endpoint = try Endpoint.parse("ipc://\(folder)/\(plugin.role.rawValue)")
        case .endpoint(let text): endpoint = try Endpoint.parse(text)
        }
        socket = try HarnessSocket(endpoint)
    }

    var isOurProcess: Bool { if case .program = plugin.place { true } else { false } }

    // MARK: - The process

    /// Starts the plugin as the core does: the launch line on its standard input.
    ///
    /// It meets a socket that nobody has dialed: what the process before it has said and nobody has read yet, a hello for example,
    /// ends with the old socket. So whatever comes from now on is the new process's own, a wrong token too.
    /// - Throws: ``Broken`` when the process before it does not end; ``MessagingError`` when the socket cannot be bound.
    func startPlugin(environment: [String] = []) throws {
        guard case .program(let program) = plugin.place else { return }
        guard stopPlugin() else { throw Broken("it runs \(Limits.exitMilliseconds) ms after SIGKILL") }
        try renewLine()
        tokens += 1
        token = "check-\(tokens)"
        let process = try ChildProcess(
            executable: program.executable, arguments: program.arguments, directory: program.directory,
            environment: plugin.environment + environment)
        let launch = Launch(endpoint: endpoint.text, name: plugin.name, token: token)
        process.writeLine(try codec.encode(launch))
        child = process
        lastWords = []
    }
    private var tokens = 0

    func killPlugin() { child?.signal(SIGKILL) }
    func endInput() { child?.closeInput() }

    /// kill(2) and waitpid(2): nothing of it is left.
    /// - Returns: whether it has ended.
    @discardableResult
    func stopPlugin() -> Bool {
        guard let process = child else { return true }
        process.signal(SIGKILL)
        let deadline = monotonicMilliseconds() + Limits.exitMilliseconds
        while process.poll() == nil, monotonicMilliseconds() < deadline { settle(process) }
        child = nil
        conversation = nil
        inbox = []
        greetings = []
        return process.poll() != nil
    }

    /// A socket in place of the one that others have dialed. The old one is closed first, since it takes the path with it.
    private func renewLine() throws {
        guard socket != nil else { return }
        socket = nil
        socket = try HarnessSocket(endpoint)
    }

    /// Waits for the end of the process.
    /// - Throws: ``Broken`` when it does not end.
    func ending(within milliseconds: Int64 = Limits.exitMilliseconds, after what: String) throws -> ChildProcess.Ending
    {
        guard let process = child else { throw Broken("there is no process") }
        let deadline = monotonicMilliseconds() + milliseconds
        while monotonicMilliseconds() < deadline {
            if let ending = process.poll() { return ending }
            try pump(until: min(deadline, monotonicMilliseconds() + 100))
            if outputHasEnded { settle(process) }
        }
        throw Broken("it still runs \(milliseconds) ms after \(what)")
    }

    /// The pipe is at its end a moment before the process can be waited for.
    private func settle(_ process: ChildProcess) {
        if process.poll() == nil { usleep(1_000) }
    }

    private var outputHasEnded: Bool {
        guard let child else { return true }
        var item = pollfd(fd: child.outputDescriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&item, 1, 0) > 0 && item.revents & Int16(POLLHUP) != 0 && item.revents & Int16(POLLIN) == 0
    }

    /// What the plugin wrote last, for a failure; what it wrote at its very end too.
    var testimony: String {
        let words = (lastWords + (child?.readLines() ?? [])).suffix(Limits.lastWords)
        return words.isEmpty ? "" : "; it wrote: \(words.joined(separator: " | "))"
    }

    /// Nothing is kept of what the plugin wrote into its state folder.
    func emptyState() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: stateFolder) {
            try FileManager.default.removeItem(atPath: stateFolder + "/" + name)
        }
    }

    // MARK: - The socket

    /// The core is gone, and nobody listens.
    func dropCore() {
        socket = nil
        inbox = []
        greetings = []
        conversation = nil
    }

    /// Another core begins at the same place, of the next epoch.
    func startCore() throws {
        epoch += 1
        // A process that a person has started remembers it.
        if !isOurProcess { shared.epoch = epoch }
        socket = try HarnessSocket(endpoint)
        beats = true
    }

    /// The core's epoch from now on.
    func raise(to newest: Int64) throws { epoch = max(epoch, newest) }

    /// Waits until something has come, or the time is there.
    private func pump(until deadline: Int64) throws {
        beat()
        let now = monotonicMilliseconds()
        let next = beats ? conversation.map { min(deadline, $0.nextHeartbeat) } ?? deadline : deadline
        // The descriptor of a process that has ended is always ready.
        let descriptor = outputHasEnded ? nil : child?.outputDescriptor
        let pause = child != nil && descriptor == nil ? min(next - now, 20) : next - now
        let messages = try socket?.wait(milliseconds: max(0, pause), descriptor: descriptor) ?? []
        if let child {
            lastWords = (lastWords + child.readLines()).suffix(Limits.lastWords)
        }
        for message in messages { try sort(message.frames, from: message.peer) }
    }

    private func beat() {
        guard beats, let conversation, monotonicMilliseconds() >= conversation.nextHeartbeat else { return }
        self.conversation?.nextHeartbeat = monotonicMilliseconds() + Limits.heartbeatMilliseconds
        // A peer that is gone shows by what it does not say.
        do { _ = try send(.heartbeat, JSON.object([])) } catch {}
    }

    private func sort(_ frames: [Bytes], from peer: PeerID) throws {
        let header: Header
        do { header = try codec.header(frames) } catch {
            let text = frames.map { String(decoding: $0.prefix(Limits.quoted), as: UTF8.self) }
            throw Broken("it sent a message that cannot be read: \(error): \(text.joined(separator: " "))")
        }
        let message = Message(header: header, body: frames[1], peer: peer, atMilliseconds: monotonicMilliseconds())
        guard MessageType.allowed(from: plugin.role).contains(header.type) else {
            throw Broken("it sent \(header.type.rawValue), which a \(plugin.role.rawValue) may not")
        }
        if header.type == .hello {
            // Said again while the welcome was under way.
            if conversation?.peer == peer { conversation?.received = header.seq }
            greetings.append((message, try message.read(Hello.self)))
            return
        }
        // Left over from a session that is over: its answer comes to nothing, as with the core.
        guard conversation?.peer == peer else { return }
        if let why = conversation?.fault(of: header) { throw Broken("\(header.type.rawValue): \(why)") }
        if header.type == .heartbeat {
            if let re = header.re { conversation?.answeredBeats.append((re, message.atMilliseconds)) }
            return
        }
        if header.type == .market, header.re == nil, isRealTime {
            news.append(message)
        } else {
            inbox.append(message)
        }
    }

    /// What a provider has published in real time since the last call.
    func takeNews() -> [Message] {
        defer { news = [] }
        return news
    }

    // MARK: - Words

    /// Sends a message of the session.
    /// - Returns: its id.
    @discardableResult
    func send(
        _ type: MessageType, _ body: JSON, cycle: Int64? = nil, budget: Int64? = nil, epoch: Int64? = nil,
        crit: [String]? = nil, extra: [JSON.Member] = []
    ) throws -> String {
        try send(type, body: body.bytes, cycle: cycle, budget: budget, epoch: epoch, crit: crit, extra: extra)
    }

    @discardableResult
    func send(
        _ type: MessageType, body: [UInt8], cycle: Int64? = nil, budget: Int64? = nil, epoch: Int64? = nil,
        crit: [String]? = nil, extra: [JSON.Member] = [], re: String? = nil
    ) throws -> String {
        guard var talk = conversation else { throw Broken("there is no session with it") }
        talk.sent += 1
        conversation = talk
        let id = "\(talk.session)-\(talk.sent)"
        var header = Header(
            type: type, id: id, session: talk.session, epoch: epoch ?? self.epoch, seq: talk.sent, cycle: cycle, re: re,
            budgetMilliseconds: budget)
        header.crit = crit
        conversation?.asked[id] = type
        var frame = try codec.encode(header)
        if !extra.isEmpty, case .object(let members) = try JSONParser.parse(frame) {
            frame = JSON.object(members + extra).bytes
        }
        try post([frame, body])
        return id
    }

    /// Sends frames as they are.
    func post(_ frames: [Bytes]) throws {
        guard let peer = conversation?.peer, let socket else { throw Broken("there is no session with it") }
        let deadline = monotonicMilliseconds() + Limits.answerMilliseconds
        while true {
            do throws(MessagingError) {
                return try socket.send(frames, to: peer)
            } catch {
                guard error == .wouldBlock, monotonicMilliseconds() < deadline else {
                    throw Broken("it cannot be reached: \(error)\(testimony)")
                }
                try pump(until: monotonicMilliseconds() + 10)
            }
        }
    }

    /// The next message of the session.
    /// - Parameter what: what is waited for, for the failure.
    /// - Throws: ``Broken`` when nothing comes, or the process ends.
    func next(_ what: String, within milliseconds: Int64 = Limits.answerMilliseconds) throws -> Message {
        let deadline = monotonicMilliseconds() + milliseconds
        while true {
            if !inbox.isEmpty { return inbox.removeFirst() }
            let now = monotonicMilliseconds()
            if let ending = child?.poll() {
                try hearLastWords()
                if !inbox.isEmpty { continue }
                throw Broken("it \(ending) instead of \(what)\(testimony)")
            }
            guard now < deadline else { throw Broken("no \(what) within \(milliseconds) ms\(testimony)") }
            try pump(until: deadline)
        }
    }

    /// The answer to a message; whatever else comes meanwhile is a fault, unless it belongs to an event.
    func answer(to id: String, _ what: String, within milliseconds: Int64 = Limits.answerMilliseconds) throws -> Message
    {
        let message = try next(what, within: milliseconds)
        guard message.header.re == id else {
            throw Broken(
                "\(message.header.type.rawValue) came with re \(message.header.re ?? "absent") where \(what) was awaited, which has re \(id): \(message.quoted)"
            )
        }
        return message
    }

    /// Waits for a while, for a message that must not come.
    func listen(milliseconds: Int64 = Limits.quietMilliseconds) throws -> [Message] {
        let deadline = monotonicMilliseconds() + milliseconds
        while monotonicMilliseconds() < deadline { try pump(until: deadline) }
        defer { inbox = [] }
        return inbox
    }

    /// The next message; nil when none comes in time.
    func nextOrNothing(within milliseconds: Int64) throws -> Message? {
        let deadline = monotonicMilliseconds() + milliseconds
        while inbox.isEmpty, monotonicMilliseconds() < deadline {
            if let ending = child?.poll() { throw Broken("it \(ending)\(testimony)") }
            try pump(until: deadline)
        }
        return inbox.isEmpty ? nil : inbox.removeFirst()
    }

    /// The process has ended; what it said before may be on its way yet, in the thread of libzmq.
    private func hearLastWords() throws {
        let deadline = monotonicMilliseconds() + Limits.lastWordMilliseconds
        while inbox.isEmpty, monotonicMilliseconds() < deadline {
            try pump(until: min(deadline, monotonicMilliseconds() + 20))
        }
    }

    /// Whether the process ends while it waits for a message.
    func nextOrEnd(within milliseconds: Int64 = Limits.answerMilliseconds) throws -> Message? {
        let deadline = monotonicMilliseconds() + milliseconds
        while monotonicMilliseconds() < deadline {
            if !inbox.isEmpty { return inbox.removeFirst() }
            if child?.poll() != nil {
                try hearLastWords()
                return inbox.isEmpty ? nil : inbox.removeFirst()
            }
            try pump(until: min(deadline, monotonicMilliseconds() + 100))
        }
        throw Broken("it neither answered nor ended within \(milliseconds) ms\(testimony)")
    }

    // MARK: - Hello and welcome

    /// The next hello.
    func greeting(within milliseconds: Int64 = Limits.startMilliseconds) throws -> (message: Message, hello: Hello) {
        let deadline = monotonicMilliseconds() + milliseconds
        while greetings.isEmpty {
            if let ending = child?.poll() { throw Broken("it \(ending) instead of saying hello\(testimony)") }
            guard monotonicMilliseconds() < deadline else {
                throw Broken("no hello within \(milliseconds) ms\(testimony)")
            }
            try pump(until: min(deadline, monotonicMilliseconds() + 100))
        }
        shared.saidHello = true
        return greetings.removeFirst()
    }

    /// Answers a hello; the session begins.
    func welcome(_ greeting: (message: Message, hello: Hello), settings: JSON? = nil, lockstep: Bool? = nil) throws {
        (isRealTime, news) = (!(lockstep ?? plugin.lockstep), [])
        try judge(greeting)
        sessions += 1
        let session = "s\(epoch).\(sessions)"
        conversation = Conversation(
            session: session, peer: greeting.message.peer, received: greeting.message.header.seq,
            nextHeartbeat: monotonicMilliseconds() + Limits.heartbeatMilliseconds)
        speaks = greeting.hello.speaks
        let body = Welcome(
            session: session, account: PluginHarness.account, settings: settings ?? plugin.settings,
            heartbeatMilliseconds: Limits.heartbeatMilliseconds, lockstep: lockstep ?? plugin.lockstep,
            stateDirectory: stateFolder)
        try send(.welcome, body: try codec.encode(body), re: greeting.message.header.id)
        // Others of the same hello, said again before it was answered.
        greetings.removeAll { $0.message.peer == greeting.message.peer }
    }

    /// The end of it, before it began.
    func refuse(_ greeting: (message: Message, hello: Hello), why: String) throws {
        let header = Header(
            type: .refused, id: "0", session: "", epoch: epoch, seq: 1, re: greeting.message.header.id)
        let frames = [try codec.encode(header), try codec.encode(Fault(reason: why))]
        try socket?.send(frames, to: greeting.message.peer)
    }

    static let account = AccountID(unchecked: "check")

    private func judge(_ greeting: (message: Message, hello: Hello)) throws {
        let (header, hello) = (greeting.message.header, greeting.hello)
        guard hello.role == plugin.role else {
            throw Broken("its hello says that it is a \(hello.role.rawValue), its manifest a \(plugin.role.rawValue)")
        }
        guard hello.name == plugin.name || !isOurProcess else {
            throw Broken("its hello says \(hello.name), the launch line said \(plugin.name)")
        }
        guard !isOurProcess || hello.token == token else {
            throw Broken("its hello has the token \(hello.token ?? "absent"), the launch line said \(token)")
        }
        guard hello.speaks.major == ProtocolVersion.major else {
            throw Broken(
                "it speaks protocol \(hello.speaks.major).\(hello.speaks.minor), the core \(ProtocolVersion.text)")
        }
        guard header.session.isEmpty else {
            throw Broken("its hello has the session \(header.session), and none is there yet")
        }
        guard header.epoch == 0 else { throw Broken("its hello has the epoch \(header.epoch), 0 is right") }
        guard header.seq >= 1 else { throw Broken("its hello has the seq \(header.seq); it counts from 1") }
    }

    /// Starts the plugin, welcomes it, and waits until it is ready.
    @discardableResult
    func open(settings: JSON? = nil, lockstep: Bool? = nil, environment: [String] = []) throws -> Ready {
        if isOurProcess { try startPlugin(environment: environment) } else { try silence() }
        return try begin(settings: settings, lockstep: lockstep)
    }

    /// Greets whoever says hello next.
    @discardableResult
    func begin(settings: JSON? = nil, lockstep: Bool? = nil) throws -> Ready {
        try welcome(try greeting(), settings: settings, lockstep: lockstep)
        let message = try next("ready")
        guard message.header.type == .ready else {
            throw Broken("it answered welcome with \(message.header.type.rawValue): \(message.quoted)\(testimony)")
        }
        ready = try message.read(Ready.self)
        if let defect = ready.needs?.defect { throw Broken("its needs cannot be met: \(defect)") }
        return ready
    }

    /// A plugin that a person started says hello again when the core is silent for long enough.
    private func silence() throws {
        guard conversation != nil else { return }
        beats = false
        conversation = nil
        inbox = []
        defer { beats = true }
        let limit = 3 * Limits.heartbeatMilliseconds + 2_000 + Limits.helloAgainMilliseconds
        let greeting = try greeting(within: limit)
        greetings.insert(greeting, at: 0)
    }

    /// Settings for a plugin that runs.
    /// - Returns: `ready`, or `error`.
    func configure(_ settings: JSON) throws -> Message {
        let id = try send(.configure, .object([JSON.Member(key: "settings", value: settings)]))
        return try answer(to: id, "answer to configure")
    }
}
