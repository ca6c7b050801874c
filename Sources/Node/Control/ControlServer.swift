import Messaging

/// Who has given a command to the running core and is not answered yet. Every answer but that of a swap comes at once.
struct ControlServer {
    struct Client {
        let peer: Peer
        /// Of the command.
        let message: String
    }

    private var swapClient: Client?
    private var rate = ControlRate()

    /// - Returns: why a command is not taken; nil when it is.
    mutating func admit(_ command: String, from process: Int32?, now: Int64) -> String? {
        rate.consume(command, from: process, now: now)
    }

    var isSwapAwaited: Bool { swapClient != nil }

    mutating func awaitSwap(_ client: Client) { swapClient = client }

    /// - Returns: who waits for it; nil when nobody does.
    mutating func swapEnded() -> Client? {
        defer { swapClient = nil }
        return swapClient
    }
}
