import AlpacaAPI
import Trading

/// Faults on the way of events to sockets: between what happened and what is sent.
struct EventFaults: Sendable {
    private var source: FaultSource
    /// Held back until later, in the order of their times.
    private var late: [(due: Timestamp, frame: VenueFrame)] = []
    /// Held back until the next event of the socket.
    private var overtaken: [Int64: VenueFrame] = [:]
    private var silent: Set<Int64> = []

    init(_ rates: FaultRates, seed: Int64) { source = FaultSource(rates, seed: seed) }

    mutating func change(_ rates: FaultRates) { source.rates = rates }

    mutating func close(_ socket: Int64) {
        silent.remove(socket)
        overtaken[socket] = nil
        late.removeAll { $0.frame.socket == socket }
    }

    /// When something that was held back is due.
    var nextDue: Timestamp? { late.first?.due }

    /// What is due by then.
    mutating func release(by time: Timestamp) -> [VenueFrame] {
        let due = late.prefix { $0.due <= time }.map(\.frame)
        late.removeFirst(due.count)
        return due.compactMap { frame in
            // One that waited for the next event, which did not come, or has come meanwhile.
            guard let waiting = overtaken[frame.socket], waiting == frame else { return frame }
            overtaken[frame.socket] = nil
            return frame
        }
    }

    /// What is sent now of an event on a socket.
    mutating func pass(_ frame: VenueFrame, isCancel: Bool, at time: Timestamp) -> [VenueFrame] {
        guard !silent.contains(frame.socket) else { return [] }
        if source.draws(.silentSocket) {
            silent.insert(frame.socket)
            return []
        }
        if source.draws(.droppedSocket) {
            return [VenueFrame(socket: frame.socket, bytes: [], isBinary: false, closes: true)]
        }
        if source.draws(.lostEvent) || isCancel && source.draws(.untoldCancel) { return [] }
        if source.draws(.lateEvent) {
            hold(frame, until: time + source.delay())
            return []
        }
        if overtaken[frame.socket] == nil, source.draws(.reorderedEvent) {
            overtaken[frame.socket] = frame
            hold(frame, until: time + .seconds(1))
            return []
        }
        var sent = [frame]
        if let earlier = overtaken.removeValue(forKey: frame.socket) {
            late.removeAll { $0.frame == earlier }
            sent.append(earlier)
        }
        if source.draws(.repeatedEvent) {
            sent += Array(repeating: frame, count: source.pick([1, 2]))
            hold(frame, until: time + source.delay())
        }
        return sent
    }

    private mutating func hold(_ frame: VenueFrame, until due: Timestamp) {
        let index = late.firstIndex { $0.due > due } ?? late.endIndex
        late.insert((due, frame), at: index)
    }
}
