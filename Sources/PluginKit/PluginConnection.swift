import CPosix
import Glibc
import JSON
import Messaging
import SystemTime
import Trading
import Wire
import ZeroMQTransport

/// What a plugin does with what the core says. The connection does the rest: hello, heart-beats, drain, reconnect.
package protocol PluginRole {
    static var role: Role { get }
    /// Makes itself from its settings; what it can do goes back to the core. Nil: it says so later, by ``becomeReady()``.
    mutating func start(_ welcome: Welcome) throws -> Ready?
    /// Makes itself anew from other settings; what it can do now goes back to the core. When it throws, it goes on as it was.
    mutating func configure(_ settings: JSON) throws -> Ready
    /// Answers one message; everything in the list is sent in order.
    mutating func handle(_ message: Received) throws -> [Answer]
    /// When it wants ``tick()``; nil when it waits for the core alone.
    mutating func nextTickMilliseconds() -> Int64?
    mutating func tick() throws -> [Answer]

    // What those have who are not always ready, and work without being asked.

    /// After each tick of a session that has not begun: nil until it can.
    mutating func becomeReady() -> Ready?
    /// What happened while no session was ready: said after `ready`.
    mutating func takeKept() -> [Answer]
    /// After each tick of a session that is ready: why it is not any more. The session is ended with that.
    var reasonToLeave: String? { get }
    /// The session with the core is over.
    mutating func endSession()
    /// It wants ``tick()`` when one of these is readable, too.
    var descriptors: [CInt] { get }
    /// It wants ``tick()`` without a session, too.
    var worksAlone: Bool { get }
}

extension PluginRole {
    package mutating func becomeReady() -> Ready? { nil }
    package mutating func takeKept() -> [Answer] { [] }
    package var reasonToLeave: String? { nil }
    package mutating func endSession() {}
    package var descriptors: [CInt] { [] }
    package var worksAlone: Bool { false }

    package mutating func configure(_ settings: JSON) throws -> Ready {
        throw PluginStartError(why: "a \(Self.role.rawValue) takes new settings at its start only; restart bigbrother")
    }
}

/// A message from the core.
package struct Received {
    package let header: Header
    package let body: [UInt8]
    let codec: MessageCodec

    package func data<Body: Decodable>(_ type: Body.Type) throws(WireDecodingError) -> Body {
        try codec.data(type, body)
    }
    package func command<Body: Decodable>(_ type: Body.Type) throws(WireDecodingError) -> Body {
        try codec.command(type, body)
    }
}

/// A message to the core.
package struct Answer {
    package var type: MessageType
    package var body: any Encodable
    /// The id of the message that it answers.
    package var re: String?
    package var cycle: Int64?

    package init(_ type: MessageType, _ body: any Encodable, re: String? = nil, cycle: Int64? = nil) {
        self.type = type
        self.body = body
        self.re = re
        self.cycle = cycle
    }
}

/// One plugin's life with the core: connects, says hello, answers, and ends when the core is gone.
///
/// One thread. The core is gone when standard input ends (for a plugin that the core started), and lost when it is
/// silent for three heart-beats: then hello is said again on a fresh socket.
package struct PluginConnection<Plugin: PluginRole>: ~Copyable {
    private var plugin: Plugin
    private let launch: Launch
    private let options: LaunchOptions
    private let version: String
    private let isChild: Bool
    private let codec = MessageCodec()
    private let signals = cposix_signal_descriptor(0)
    private var session = ""
    /// What the core speaks, by its welcome.
    private var coreMinor = ProtocolVersion.minor
    private var epoch: Int64 = 0
    private var sent: Int64 = 0
    private var heartbeatMilliseconds: Int64 = 1_000
    private var lastHeard = monotonicMilliseconds()
    private var isReady = false
    /// Welcomed, and not ready yet.
    private var isAwaited = false
    /// It has said bye, to come again.
    private var hasLeft = false
    #if DEBUG
        private var crashPoint: CrashPoint?
    #endif
    /// When the log says next that there is no connection.
    private var complainsAt = monotonicMilliseconds() + 5_000

    package init(_ plugin: Plugin, launch: Launch, options: LaunchOptions, version: String, isChild: Bool) {
        self.plugin = plugin
        self.launch = launch
        self.options = options
        self.version = version
        self.isChild = isChild
        #if DEBUG
            crashPoint = CrashPoint(for: launch.name)
        #endif
    }

    /// Until the core says drain, is gone, or a signal comes.
    /// - Returns: the exit code: 0 as asked, 2 for settings that are wrong, 3 when the core refused.
    package mutating func run() throws -> Int32 {
        let context = try ZeroMQContext()
        while true {
            if let code = try talk(context) { return code }
            if !session.isEmpty { log("warning", "the core is silent; saying hello again") }
        }
    }

    /// One socket's life. Returns nil when it is to be replaced.
    private mutating func talk(_ context: borrowing ZeroMQContext) throws -> Int32? {
        let endpoint = try Endpoint.parse(launch.endpoint, options.security == .none ? .none : .curve)
        let socket = try ZeroMQSocket(.dealer, in: context, options: socketOptions(endpoint))
        try socket.connect(endpoint)
        let code = try converse(socket, endpoint)
        plugin.endSession()
        // What was said last gets its time to leave: the context, which goes with `run`, waits for it.
        if code != nil || hasLeft { try socket.drain(milliseconds: lastWordMilliseconds) }
        return code
    }

    /// Until an end, with its code; nil when another socket is wanted.
    private mutating func converse(_ socket: borrowing ZeroMQSocket, _ endpoint: Endpoint) throws -> Int32? {
        (session, epoch, sent, isReady, isAwaited, hasLeft) = ("", 0, 0, false, false, false)
        lastHeard = monotonicMilliseconds()
        var poller = ZeroMQPoller()
        let socketToken = poller.add(socket)
        let signalToken = poller.add(fileDescriptor: signals)
        let inputToken = isChild ? poller.add(fileDescriptor: 0) : nil
        defer { poller.remove(socketToken) }
        var watched: [(descriptor: CInt, token: PollToken)] = []
        var nextHello: Int64 = 0
        while true {
            let now = monotonicMilliseconds()
            if session.isEmpty, now >= nextHello, canSend(socket) {
                try send(Answer(.hello, hello), on: socket)
                nextHello = now + 1_000
            }
            if session.isEmpty { complainIfDue(now) }
            // A socket that the core has refused once never tries again (libzmq 4.3.4), and its key may be allowed by now.
            if session.isEmpty, endpoint.transport == .tcp, now - lastHeard > 5_000 { return nil }
            if !session.isEmpty, now - lastHeard > 3 * heartbeatMilliseconds + 2_000 { return nil }
            watch(&watched, in: &poller)
            let ready = try poller.poll(timeoutMilliseconds: Int(waitMilliseconds(now)))
            if ready.contains(signalToken), let code = try stopOnSignal(socket) { return code }
            if let inputToken, ready.contains(inputToken), inputHasEnded() { return 0 }
            if ready.contains(socketToken) {
                // One message at a time, so that a newer question is seen before an older one is worked on.
                var messages: [[Bytes]] = []
                while messages.count < 256, let frames = try socket.receive() { messages.append(frames) }
                for frames in newest(messages) {
                    if let code = try take(frames, on: socket) { return code }
                }
            }
            let isWoken = watched.contains { ready.contains($0.token) }
            if isReady || plugin.worksAlone, let code = try tickIfDue(isWoken: isWoken, socket) { return code }
            if isAwaited { try becomeReadyIfItIs(socket) }
            if isReady, let why = plugin.reasonToLeave {
                log("warning", why)
                _ = try sayBye(why, on: socket)
                hasLeft = true
                return nil
            }
        }
    }

    /// The plugin's own descriptors are watched beside the socket; they change when it starts.
    private func watch(_ watched: inout [(descriptor: CInt, token: PollToken)], in poller: inout ZeroMQPoller) {
        let wanted = plugin.descriptors
        guard wanted != watched.map(\.descriptor) else { return }
        for (_, token) in watched { poller.remove(token) }
        watched = wanted.map { ($0, poller.add(fileDescriptor: $0)) }
    }

    private mutating func becomeReadyIfItIs(_ socket: borrowing ZeroMQSocket) throws {
        guard let ready = plugin.becomeReady() else { return }
        try beginWork(ready, on: socket)
    }

    private mutating func beginWork(_ ready: Ready, on socket: borrowing ZeroMQSocket) throws {
        try send(Answer(.ready, ready), on: socket)
        (isReady, isAwaited) = (true, false)
        for answer in plugin.takeKept() { try send(answer, on: socket) }
    }

    private func socketOptions(_ endpoint: Endpoint) -> SocketOptions {
        var socketOptions = SocketOptions()
        socketOptions.security = options.security
        if endpoint.transport == .tcp { socketOptions.heartbeat = .tcp }
        return socketOptions
    }

    /// A core that refuses a key sends nothing: the log says what the reason may be.
    private mutating func complainIfDue(_ now: Int64) {
        guard now >= complainsAt else { return }
        complainsAt = now + 60_000
        let keys =
            options.security == .none
            ? ""
            : "; is this key allowed there (`bigbrother keys list`), for this role and name, and is it the core's public key?"
        log("warning", "\(launch.name) is not let in at \(launch.endpoint); does the core run and listen there\(keys)")
    }

    private mutating func waitMilliseconds(_ now: Int64) -> Int64 {
        let longest: Int64 = session.isEmpty ? 20 : 500
        guard isReady || plugin.worksAlone else { return longest }
        let due = plugin.nextTickMilliseconds() ?? now + longest
        return max(0, min(due - now, longest))
    }

    /// A dealer takes messages only when the core's socket is there.
    private func canSend(_ socket: borrowing ZeroMQSocket) -> Bool {
        var poller = ZeroMQPoller()
        let token = poller.add(socket, for: .writable)
        defer { poller.remove(token) }
        do { return try !poller.poll(timeoutMilliseconds: 0).isEmpty } catch { return false }
    }

    /// Of several questions to a policy, only the newest counts.
    private func newest(_ messages: [[Bytes]]) -> [[Bytes]] {
        guard Plugin.role == .policy, messages.count > 1 else { return messages }
        let kinds = messages.map { frames in
            do {
                let header = try codec.header(frames)
                // Of another session it is no question, and hides none.
                return belongsHere(header) ? header.type : .error
            } catch { return MessageType.error }
        }
        guard let last = kinds.lastIndex(of: .evaluate) else { return messages }
        return zip(messages, kinds).enumerated().filter { $0.element.1 != .evaluate || $0.offset == last }.map(
            \.element.0)
    }

    private var hello: Hello {
        Hello(
            name: launch.name, role: Plugin.role, version: version, token: launch.token.isEmpty ? nil : launch.token)
    }

    private mutating func send(_ answer: Answer, on socket: borrowing ZeroMQSocket) throws {
        guard let answer = spoken(answer) else {
            return log("warning", "a core of 1.\(coreMinor) knows no \(answer.type.rawValue): it is not sent")
        }
        sent += 1
        let header = Header(
            type: answer.type, id: "p\(sent)", session: session, epoch: epoch, seq: sent, cycle: answer.cycle,
            re: answer.re)
        let frames = [try codec.encode(header), try codec.encode(answer.body)]
        // What a venue reports must not be lost because the core is busy: wait for it, within limits.
        let deadline = monotonicMilliseconds() + sendPatienceMilliseconds
        while true {
            do throws(MessagingError) {
                return try socket.send(frames)
            } catch {
                guard error == .wouldBlock, !session.isEmpty, monotonicMilliseconds() < deadline else {
                    return log("warning", "\(answer.type.rawValue) was not sent: \(error)")
                }
            }
            var poller = ZeroMQPoller()
            let token = poller.add(socket, for: .writable)
            defer { poller.remove(token) }
            _ = try poller.poll(timeoutMilliseconds: 100)
        }
    }

    /// As far as the core knows it; nil for what it does not know at all.
    private func spoken(_ answer: Answer) -> Answer? {
        guard coreMinor < ProtocolVersion.minor, let body = answer.body as? any MinorDependent else { return answer }
        guard let known = body.spoken(inMinor: coreMinor) as (any MinorDependent)? else { return nil }
        var older = answer
        older.body = known
        return older
    }

    private var sendPatienceMilliseconds: Int64 { 5_000 }
    /// Less than the core waits after `drain`.
    private var lastWordMilliseconds: Int { 2_000 }
}

// MARK: - What the core says

extension PluginConnection {
    private mutating func take(_ frames: [Bytes], on socket: borrowing ZeroMQSocket) throws -> Int32? {
        lastHeard = monotonicMilliseconds()
        let header: Header
        do {
            header = try codec.header(frames)
        } catch {
            // Named, so that the core need not wait for an answer until its time is over.
            let name = codec.name(of: frames)
            log("warning", "a message of the core is not understood: \(error)")
            // Before welcome there is nobody to answer.
            guard !session.isEmpty, name.isToBeAnswered else { return nil }
            try send(Answer(.error, Fault(reason: "\(error)"), re: name.id, cycle: name.cycle), on: socket)
            return nil
        }
        guard belongsHere(header) else {
            log("warning", "a message of another session was dropped: \(header.type.rawValue) of \(header.session)")
            return nil
        }
        let message = Received(header: header, body: frames[1], codec: codec)
        epoch = max(epoch, header.epoch)
        switch header.type {
        case .welcome: return try begin(message, on: socket)
        case .configure: try configure(message, on: socket)
        case .refused:
            log("error", "the core refused: \(try message.data(Fault.self).reason)")
            return 3
        case .heartbeat: try send(Answer(.heartbeat, Empty(), re: header.id), on: socket)
        case .drain: return try sayBye("drained", on: socket)
        case .error: log("warning", "the core says: \(try message.data(Fault.self).reason)")
        case .bye: break
        default: try answer(message, on: socket)
        }
        return nil
    }

    /// Of the session that holds. A welcome begins one, a refusal and an error may come before there is any.
    private func belongsHere(_ header: Header) -> Bool {
        switch header.type {
        case .welcome, .refused: true
        case .error where header.session.isEmpty: true
        default: !session.isEmpty && header.session == session
        }
    }

    private mutating func begin(_ message: Received, on socket: borrowing ZeroMQSocket) throws -> Int32? {
        var welcome = try message.data(Welcome.self)
        if let folder = options.stateDirectory { welcome.stateDirectory = folder }
        complainsAt = monotonicMilliseconds() + 5_000
        session = welcome.session
        coreMinor = ProtocolVersion.minor(of: message.header.v) ?? 0
        heartbeatMilliseconds = welcome.heartbeatMilliseconds
        #if DEBUG
            crashPoint?.keep(in: welcome.stateDirectory)
        #endif
        do {
            isAwaited = true
            if let ready = try plugin.start(welcome) { try beginWork(ready, on: socket) }
            return nil
        } catch {
            return try refuseSettings(error, on: socket)
        }
    }

    private mutating func refuseSettings(_ error: any Error, on socket: borrowing ZeroMQSocket) throws -> Int32 {
        log("error", "\(launch.name) settings: \(error)")
        try send(Answer(.error, Fault(reason: "settings: \(error)")), on: socket)
        _ = try sayBye("its settings are wrong: \(error)", on: socket)
        return 2
    }

    /// One message at a time: no evaluation ever sees half of the new settings.
    private mutating func configure(_ message: Received, on socket: borrowing ZeroMQSocket) throws {
        do {
            let ready = try plugin.configure(try message.data(Configure.self).settings)
            try send(Answer(.ready, ready, re: message.header.id), on: socket)
        } catch {
            log("warning", "the new settings are refused: \(error)")
            try send(Answer(.error, Fault(reason: "settings: \(error)"), re: message.header.id), on: socket)
        }
    }

    /// A fault of the plugin ends one message and nothing else.
    private mutating func answer(_ message: Received, on socket: borrowing ZeroMQSocket) throws {
        let answers: [Answer]
        #if DEBUG
            crashPoint?.met(message.header.type)
            crashPoint?.pass(.before, of: message.header.type)
        #endif
        do {
            answers = try plugin.handle(message)
        } catch {
            log("error", "\(message.header.type.rawValue): \(error)")
            answers = [
                Answer(
                    .error, Fault(reason: "\(error)", fence: (error as? FencedError)?.fence), re: message.header.id,
                    cycle: message.header.cycle)
            ]
        }
        #if DEBUG
            crashPoint?.pass(.after, of: message.header.type)
        #endif
        for answer in answers { try send(answer, on: socket) }
    }

    /// - Returns: the code to end with, where its settings turn out to be wrong.
    private mutating func tickIfDue(isWoken: Bool, _ socket: borrowing ZeroMQSocket) throws -> Int32? {
        let isDue = plugin.nextTickMilliseconds().map { $0 <= monotonicMilliseconds() } ?? false
        guard isWoken || isDue else { return nil }
        do {
            for answer in try plugin.tick() { try send(answer, on: socket) }
            return nil
        } catch let error as SettingsError where isAwaited {
            return try refuseSettings(error, on: socket)
        } catch {
            // The core hears why, and starts the process again.
            try send(Answer(.error, Fault(reason: "its code failed: \(error)")), on: socket)
            throw error
        }
    }

    private mutating func sayBye(_ why: String, on socket: borrowing ZeroMQSocket) throws -> Int32 {
        try send(Answer(.bye, Fault(reason: why)), on: socket)
        return 0
    }

    /// The terminal sends SIGINT to us too; a child leaves the decision to the core.
    private mutating func stopOnSignal(_ socket: borrowing ZeroMQSocket) throws -> Int32? {
        let number = cposix_next_signal(signals)
        guard number == SIGTERM || (number == SIGINT && !isChild) else { return nil }
        return try sayBye("signal \(number)", on: socket)
    }

    private func inputHasEnded() -> Bool {
        var byte: UInt8 = 0
        return read(0, &byte, 1) == 0
    }
}

/// clock_gettime(2), the wall's clock.
public func wallClock() -> Timestamp { Timestamp(nanoseconds: wallNanoseconds()) }

/// One line on standard error: the core keeps it in its log.
package func log(_ level: String, _ text: String) {
    let line = Array("\(level) \(text)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
