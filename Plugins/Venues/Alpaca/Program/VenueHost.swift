import AlpacaAPI
import AlpacaVenue
import JSON
import NIOCore
import SystemTime
import TapeReader
import Trading

/// The venue with its tape and its clock, and who is connected.
///
/// `@unchecked Sendable`: everything in it is touched on one event loop alone, which each method verifies in a debug build.
final class VenueHost: @unchecked Sendable {
    private var venue: Venue
    private var tape: TapeReader
    /// Read and not due yet.
    private var next: MarketUpdate?
    private let speed: Int64
    /// Of a response and of a frame, by the clock outside.
    let latency: TimeAmount
    private let start: Timestamp
    /// Of the monotonic clock, in nanoseconds.
    private let origin: Int64
    /// What comes in is kept there.
    private var log: VenueLog?
    private var counts = RequestCounts()
    private var sockets: [Int64: Way] = [:]

    private struct Way {
        let channel: any Channel
        /// Frames are parts of a response, and not of a WebSocket.
        var isEventStream = false
    }

    private var lastSocket: Int64 = 0
    /// Of the venue's clock: when `play` is called next.
    private var wake: Timestamp?
    /// Set before the first connection.
    var loop: (any EventLoop)?

    /// - Parameter begin: what is on the tape before is history.
    ///   - log: of a venue that goes on from where it was.
    init(
        _ venue: Venue, _ tape: consuming TapeReader, from begin: Timestamp, speed: Int64, latency: Int64,
        log: consuming VenueLog?
    ) throws {
        self.venue = venue
        self.tape = tape
        self.speed = speed
        self.latency = .milliseconds(latency)
        start = max(begin, log?.time ?? begin)
        let entries = log?.takeEntries() ?? []
        self.log = nil
        origin = monotonicNanoseconds()
        next = try self.tape.next()
        try move(to: begin)
        for entry in entries { try doAgain(entry) }
        _ = self.venue.takeFrames()
        self.log = log
    }

    private func doAgain(_ entry: VenueLog.Entry) throws {
        switch entry {
        case .clock(let time): try move(to: time)
        case .faults(let body): _ = changeFaults(body)
        case .request(var request, let client):
            if let client { request.headers = venue.credentials[client].headers }
            _ = venue.answer(request)
        }
    }

    // MARK: - Time

    /// What the clock of the venue shows.
    private var time: Timestamp {
        guard speed > 0 else { return venue.now }
        let (product, overflow) = (monotonicNanoseconds() - origin).multipliedReportingOverflow(by: speed)
        return start + TimeSpan(nanoseconds: overflow ? .max : product)
    }

    private func move(to time: Timestamp) throws {
        if time > venue.now { try log?.write(.clock(time)) }
        while let update = next, update.at <= time {
            try venue.apply(update)
            next = try tape.next()
        }
        try venue.advance(to: time)
    }

    /// Plays what is due.
    func play() {
        guard speed > 0 else { return }
        do {
            try move(to: time)
        } catch {
            stop(error)
        }
        send()
    }

    /// Asks to be called when something is due next, unless that was asked for before.
    private func schedule() {
        guard speed > 0, let loop, let due = [next?.at, venue.nextDue].compactMap(\.self).min(),
            wake.map({ due < $0 }) ?? true
        else { return }
        loop.preconditionInEventLoop()
        wake = due
        let wait = max(0, (due - time).nanoseconds / speed)
        loop.scheduleTask(in: .nanoseconds(wait)) {
            self.wake = nil
            self.play()
        }
    }

    /// The tape is broken, or its figures are beyond all bounds: nothing that came after would be true.
    private func stop(_ error: any Error) -> Never {
        VenueCommand.exit(withError: error)
    }

    // MARK: - Requests

    /// - Parameter channel: on which frames of a response that goes on are sent as parts of its body.
    /// - Returns: the response, and the socket that it goes on with.
    func answer(_ request: VenueRequest, on channel: any Channel) -> (VenueResponse, socket: Int64?) {
        do {
            if speed > 0 { try move(to: time) }
            if !request.path.hasPrefix("/venue/") {
                try log?.write(.request(request, client: venue.client(of: request)))
            }
        } catch {
            stop(error)
        }
        lastSocket += 1
        let socket = lastSocket
        let response =
            request.path.hasPrefix("/venue/") ? control(request) : take(request, socket)
        if response.goesOn { sockets[socket] = Way(channel: channel, isEventStream: true) }
        send()
        return (response, response.goesOn ? socket : nil)
    }

    private func take(_ request: VenueRequest, _ socket: Int64) -> VenueResponse {
        counts.count(request, at: venue.now)
        return venue.answer(request, socket: socket)
    }

    /// What moves a clock that stands, and what goes wrong from now on.
    private func control(_ request: VenueRequest) -> VenueResponse {
        switch (request.method, request.path) {
        case ("POST", "/venue/advance"): return advance(request)
        case ("POST", "/venue/faults"):
            do { try log?.write(.faults(request.body)) } catch { stop(error) }
            return changeFaults(request.body)
        case ("GET", "/venue/requests"): return say(200, counts.document(at: venue.now))
        default:
            return say(404, "message", "there are POST /venue/advance, POST /venue/faults and GET /venue/requests")
        }
    }

    private func changeFaults(_ body: [UInt8]) -> VenueResponse {
        var rates: [(name: String, permille: Int64)] = []
        do throws(JSONError) {
            if case .object(let members) = try JSONParser.parse(body) {
                for case (let name, .number(let digits)) in members.map({ ($0.key, $0.value) }) {
                    rates.append((name, Int64(digits) ?? -1))
                }
            }
        } catch {
            return say(422, "message", "\(error)")
        }
        guard let faults = FaultRates(rates) else {
            let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
            return say(422, "message", "write times in a thousand, such as {\"lost_event\": 50}, of \(names)")
        }
        venue.change(faults)
        return say(200, "message", "\(rates.count) faults")
    }

    private func advance(_ request: VenueRequest) -> VenueResponse {
        guard speed == 0 else { return say(409, "message", "the clock runs; start with --speed 0 to move it") }
        guard let seconds = Self.seconds(request.body) else {
            return say(422, "message", "write {\"seconds\": 60}, a year at most")
        }
        do {
            try move(to: venue.now + .seconds(seconds))
        } catch {
            stop(error)
        }
        return say(200, "timestamp", venue.now.description)
    }

    private static func seconds(_ body: [UInt8]) -> Int64? {
        do throws(JSONError) {
            guard case .number(let digits)? = try JSONParser.parse(body)["seconds"], let seconds = Int64(digits),
                (0...31_622_400).contains(seconds)
            else { return nil }
            return seconds
        } catch {
            return nil
        }
    }

    private func say(_ status: Int, _ key: String, _ text: String) -> VenueResponse {
        say(status, .object([.init(key: key, value: .string(text))]))
    }

    private func say(_ status: Int, _ document: JSON) -> VenueResponse {
        VenueResponse(
            status: status, headers: [Alpaca.Header("Content-Type", "application/json")], body: document.bytes)
    }

    // MARK: - Sockets

    /// - Returns: nil where there is no stream.
    func open(_ channel: any Channel, path: String, isMessagePack: Bool) -> Int64? {
        lastSocket += 1
        sockets[lastSocket] = Way(channel: channel)
        guard venue.open(lastSocket, path: path, isMessagePack: isMessagePack) else {
            sockets[lastSocket] = nil
            return nil
        }
        send()
        return lastSocket
    }

    func isStream(_ path: String) -> Bool { Venue.isStream(path) }

    func receive(_ bytes: [UInt8], from socket: Int64) {
        venue.receive(bytes, from: socket)
        send()
    }

    func close(_ socket: Int64) {
        sockets[socket] = nil
        venue.close(socket)
    }

    /// Sends what the venue has, in its order: all of it has the same way.
    private func send() {
        for frame in venue.takeFrames() {
            guard let way = sockets[frame.socket] else { continue }
            after(latency) {
                if way.isEventStream {
                    RequestHandler.send(frame, on: way.channel)
                } else {
                    SocketHandler.send(frame, on: way.channel)
                }
            }
        }
        schedule()
    }

    /// So that whoever follows events knows that the connection stands.
    func beat() {
        for socket in sockets.keys.sorted() {
            guard let way = sockets[socket], way.isEventStream else { continue }
            RequestHandler.send(": heartbeat\n\n", on: way.channel)
        }
    }

    /// At once where the way takes no time.
    func after(_ span: TimeAmount, _ action: @escaping @Sendable () -> Void) {
        guard span > .zero, let loop else { return action() }
        loop.scheduleTask(in: span, action)
    }
}
