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
    private let start: Timestamp
    /// Of the monotonic clock, in nanoseconds.
    private let origin: Int64
    private var sockets: [Int64: any Channel] = [:]
    private var lastSocket: Int64 = 0
    /// Set before the first connection.
    var loop: (any EventLoop)?

    /// - Parameter begin: what is on the tape before is history.
    init(_ venue: Venue, _ tape: consuming TapeReader, from begin: Timestamp, speed: Int64) throws {
        self.venue = venue
        self.tape = tape
        self.speed = speed
        (start, origin) = (begin, monotonicNanoseconds())
        next = try self.tape.next()
        try move(to: begin)
    }

    // MARK: - Time

    /// What the clock of the venue shows.
    private var time: Timestamp {
        guard speed > 0 else { return venue.now }
        let (product, overflow) = (monotonicNanoseconds() - origin).multipliedReportingOverflow(by: speed)
        return start + TimeSpan(nanoseconds: overflow ? .max : product)
    }

    private func move(to time: Timestamp) throws {
        while let update = next, update.at <= time {
            try venue.apply(update)
            next = try tape.next()
        }
        try venue.advance(to: time)
    }

    /// Plays what is due, and asks to be called again.
    func play() {
        guard speed > 0, let loop else { return }
        loop.preconditionInEventLoop()
        do {
            try move(to: time)
        } catch {
            stop(error)
        }
        send()
        guard let next else { return }
        let wait = max(0, (next.at - time).nanoseconds / speed)
        loop.scheduleTask(in: .nanoseconds(wait)) { self.play() }
    }

    /// The tape is broken, or its figures are beyond all bounds: nothing that came after would be true.
    private func stop(_ error: any Error) -> Never {
        VenueCommand.exit(withError: error)
    }

    // MARK: - Requests

    func answer(_ request: VenueRequest) -> VenueResponse {
        if speed > 0 {
            do { try move(to: time) } catch { stop(error) }
        }
        let response = request.path.hasPrefix("/venue/") ? control(request) : venue.answer(request)
        send()
        return response
    }

    /// `POST /venue/advance`: moves a clock that stands.
    private func control(_ request: VenueRequest) -> VenueResponse {
        guard request.path == "/venue/advance", request.method == "POST" else {
            return say(404, "message", "there is POST /venue/advance")
        }
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
        VenueResponse(
            status: status, headers: [Alpaca.Header("Content-Type", "application/json")],
            body: JSON.object([.init(key: key, value: .string(text))]).bytes)
    }

    // MARK: - Sockets

    /// - Returns: nil where there is no stream.
    func open(_ channel: any Channel, path: String, isMessagePack: Bool) -> Int64? {
        lastSocket += 1
        sockets[lastSocket] = channel
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

    private func send() {
        for frame in venue.takeFrames() {
            guard let channel = sockets[frame.socket] else { continue }
            SocketHandler.send(frame, on: channel)
        }
    }
}
