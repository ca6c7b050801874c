import JSON
import Messaging
import Trading
import Wire

/// One connection of one plugin, from hello to bye. ``SessionTable`` keeps them; what others hold is a copy.
struct PluginSession {
    enum Phase {
        /// Welcomed; it makes itself from its settings.
        case starting
        case ready
    }

    /// Of which plugin a session is.
    struct Sender: Hashable {
        let role: Role
        let name: PluginName
    }

    var sender: Sender { Sender(role: role, name: name) }
    let name: PluginName
    let role: Role
    let peer: Peer
    let id: String
    var phase = Phase.starting
    var capabilities: BrokerCapabilities?
    var needs: PolicyNeeds?
    /// It can be asked for history.
    var hasHistory = false
    /// The minor version of the protocol that it speaks.
    let speaksMinor: Int64
    /// Settings that it was sent and has not answered, oldest first.
    var pendingSettings: [PendingSettings] = []
    var lastHeardMilliseconds: Int64
    /// How much it may still say.
    var rateLimiter: RateLimiter
    var nextHeartbeatMilliseconds: Int64
    /// It was asked to leave, and none of its messages is taken from then on.
    var leavesByMilliseconds: Int64?
    /// It works inside this process: nothing is sent to it, and its silence means nothing.
    var isHosted = false
    private var sent: Int64 = 0
    /// Sequence number of the last message from it.
    private var received: Int64

    init(
        name: PluginName, role: Role, speaksMinor: Int64, peer: Peer, id: String, firstSequence: Int64, now: Int64,
        heartbeat: Int64
    ) {
        self.name = name
        self.role = role
        self.speaksMinor = speaksMinor
        self.peer = peer
        self.id = id
        received = firstSequence
        lastHeardMilliseconds = now
        rateLimiter = RateLimiter(for: role, atMilliseconds: now)
        nextHeartbeatMilliseconds = now + heartbeat
    }

    /// An earlier minor does not know `configure`.
    var takesConfigure: Bool { speaksMinor >= ProtocolVersion.minorOfConfigure }

    mutating func header(
        _ type: MessageType, epoch: Int64, cycle: Int64? = nil, re: String? = nil, budget: Int64? = nil
    ) -> Header {
        sent += 1
        return Header(
            type: type, id: "\(id)-\(sent)", session: id, epoch: epoch, seq: sent, cycle: cycle, re: re,
            budgetMilliseconds: budget)
    }

    /// Nil when the message is the next one; else what is missing.
    mutating func gap(before sequence: Int64) -> String? {
        defer { received = max(received, sequence) }
        // A plugin chooses the number: the largest there is has no next one.
        guard received == .max || sequence != received + 1 else { return nil }
        return sequence <= received
            ? "message \(sequence) came after \(received)" : "messages \(received + 1) to \(sequence - 1) are missing"
    }
}

/// Settings that were sent to a plugin and that it has not answered.
struct PendingSettings {
    /// Of the message.
    let id: String
    let settings: JSON
    let sinceMilliseconds: Int64
}
