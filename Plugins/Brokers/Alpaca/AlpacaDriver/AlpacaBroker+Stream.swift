import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport
import PluginKit
import Trading

/// The stream of trade updates.
extension AlpacaBroker {
    mutating func takeFromStream(_ event: TransportEvent, at time: Timestamp) throws {
        switch event {
        case .opened: try carryOut(stream.take(.opened, at: time), at: time)
        case .message(_, let bytes, _): try takeMessage(bytes, at: time)
        case .pong: try carryOut(stream.take(.pong, at: time), at: time)
        case .failed(_, let failure), .closed(_, let failure):
            streamTag = nil
            streamFault = "\(failure)"
            log("warning", "the stream of trade updates: \(failure)")
            try carryOut(stream.take(.closed, at: time), at: time)
        case .answered, .item: break
        }
    }

    private mutating func takeMessage(_ bytes: [UInt8], at time: Timestamp) throws {
        let message: Alpaca.TradingStreamMessage
        do throws(Alpaca.DecodingError) {
            message = try Alpaca.decode(Alpaca.TradingStreamMessage.self, from: bytes)
        } catch {
            // What it would have said is in the lists.
            log("error", "a message of the stream cannot be read, and the lists are: \(error)")
            return list(streamWaits: false, at: time)
        }
        if case .tradeUpdate(let update) = message {
            watch.heard(at: time)
            var output = DeskOutput()
            desk.take(update, at: time, &output)
            absorb(output, at: time)
        }
        try carryOut(stream.take(.message(message), at: time), at: time)
    }

    mutating func carryOut(_ actions: [Readiness.Action], at time: Timestamp) throws {
        for action in actions {
            switch action {
            case .connect:
                let tag = nextTag()
                streamTag = tag
                transport.openSocket(WebRequest(.get, "/stream", at: site.trading), tag: tag)
            case .authenticate: say(.authenticate(site.credentials))
            case .listen: say(.listen(["trade_updates"]))
            case .ping: if let streamTag { transport.ping(streamTag) }
            case .close:
                if let streamTag { transport.cancel(streamTag) }
                streamTag = nil
                streamFault = "it did not answer, or refused what was asked of it"
            case .reconcile: list(streamWaits: true, at: time)
            case .tellKeyRefused(let words):
                guard hasBegun else { throw keyRefused(words) }
                streamFault = "the key is refused: \(words)"
                log("error", streamFault)
            case .tellReady(let isReady):
                desk.setReady(isReady)
                if isReady { watch.begin(at: time) }
                hasBegun = hasBegun || isReady
                log("info", isReady ? "the stream of trade updates is up" : "the stream of trade updates is down")
            }
        }
    }

    private func say(_ command: Alpaca.TradingStreamCommand) {
        if let streamTag { transport.send(Alpaca.encode(command), to: streamTag) }
    }

    // MARK: - Lists of our own

    /// - Parameter streamWaits: it is ready after this.
    mutating func list(streamWaits: Bool, at time: Timestamp) {
        var output = DeskOutput()
        let work = desk.begin(.reconcile, in: phase(at: time), at: time, &output)
        ownLists[work] = streamWaits
        absorb(output, at: time)
    }

    /// A list of our own has ended. What follows for the stream comes with the next look at it.
    mutating func listed(_ failure: String?, streamWaits: Bool, at time: Timestamp) {
        if let failure { log("warning", "the lists cannot be read: \(failure)") }
        if streamWaits { watch.isReconciled = failure == nil }
    }

    /// What the lists said of it, and whether it is deaf.
    mutating func lookAfterStream(at time: Timestamp) throws {
        if let isReconciled = watch.isReconciled {
            watch.isReconciled = nil
            if !isReconciled { streamFault = "the lists cannot be read" }
            try carryOut(stream.take(.reconciled(isReconciled), at: time), at: time)
        }
        guard stream.isReady else { return }
        switch watch.advance(to: time) {
        case .nothing: break
        case .list: list(streamWaits: false, at: time)
        case .reopen:
            streamFault = "it said nothing of what the lists show"
            log("warning", "the stream of trade updates: \(streamFault)")
            if let streamTag { transport.cancel(streamTag) }
            streamTag = nil
            try carryOut(stream.take(.closed, at: time), at: time)
        }
    }
}

/// Whether a stream that is open still tells: after a minute without a word the lists are read, and when they show what it should have
/// told, it is opened anew.
struct StreamWatch: Equatable, Sendable {
    enum Step: Equatable, Sendable { case nothing, list, reopen }

    private var heardAt: Timestamp
    private var listDue: Timestamp
    /// The lists have shown something after the silence.
    private var doubtedUntil: Timestamp?
    /// How the list that the stream waits for has ended, until that is told.
    var isReconciled: Bool?

    init(at time: Timestamp) { (heardAt, listDue) = (time, time + Limits.silence) }

    mutating func begin(at time: Timestamp) { self = StreamWatch(at: time) }

    /// A trade update, and not only a pong.
    mutating func heard(at time: Timestamp) {
        (heardAt, listDue) = (time, time + Limits.silence)
        doubtedUntil = nil
    }

    mutating func listed(news time: Timestamp) {
        guard heardAt + Limits.silence <= time, doubtedUntil == nil else { return }
        doubtedUntil = time + Limits.doubt
    }

    var nextDue: Timestamp { min(listDue, doubtedUntil ?? listDue) }

    mutating func advance(to time: Timestamp) -> Step {
        if let until = doubtedUntil, until <= time { return .reopen }
        guard listDue <= time else { return .nothing }
        listDue = time + Limits.silence
        return .list
    }

    private enum Limits {
        static let silence = TimeSpan.seconds(60)
        /// A word of the stream may be on its way while the list is read.
        static let doubt = TimeSpan.seconds(5)
    }
}
