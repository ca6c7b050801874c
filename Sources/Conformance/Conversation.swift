import Messaging
import Wire

/// A session with the plugin, from welcome on.
struct Conversation {
    let session: String
    let peer: PeerID
    /// Sequence number of the last message from it.
    var received: Int64
    var nextHeartbeat: Int64
    var sent: Int64 = 0
    var asked: [String: MessageType] = [:]
    var answeredBeats: [(re: String, atMilliseconds: Int64)] = []
    private var ids: Set<String> = []
    /// Messages of the core that were answered with `done`.
    private var finished: Set<String> = []

    init(session: String, peer: PeerID, received: Int64, nextHeartbeat: Int64) {
        self.session = session
        self.peer = peer
        self.received = received
        self.nextHeartbeat = nextHeartbeat
    }

    /// Why a header is wrong, or nil.
    mutating func fault(of header: Header) -> String? {
        defer { received = max(received, header.seq) }
        if header.session != session { return "its session is \"\(header.session)\", welcome said \(session)" }
        if header.seq != received + 1 { return "its seq is \(header.seq) after \(received)" }
        if !ids.insert(header.id).inserted { return "its id \(header.id) was used before" }
        if header.type == .done, let re = header.re, !finished.insert(re).inserted {
            return "it is the second one with re \(re)"
        }
        if let re = header.re, asked[re] == nil { return "it answers \(re), which was never asked" }
        return nil
    }
}
