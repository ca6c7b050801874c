/// What the transport will not go beyond. A limit without a name here is a bug.
package enum Limits {
    /// Bytes of one message, all its frames together: 16 MiB.
    package static let maximumMessageBytes = 16 << 20
    /// Frames of one message, without the routing id that a router puts in front.
    package static let maximumFrames = 8
    /// Whole messages that wait per peer and direction. Bytes are not counted by libzmq: the worst case is this times
    /// ``maximumMessageBytes``, so a socket that meets unauthenticated peers sets less.
    package static let highWaterMark = 1_000
    /// How long a closing socket may go on sending what is queued.
    package static let drainMilliseconds = 2_000
    /// First wait before a dialer tries again. It doubles up to ``maximumReconnectMilliseconds``.
    package static let reconnectMilliseconds = 100
    package static let maximumReconnectMilliseconds = 5_000
    /// Bytes of a routing id (RFC 23/ZMTP 3.0).
    package static let maximumRoutingIDBytes = 255
    /// Bytes of an ipc path: `sun_path` of unix(7) is 108 with its closing NUL.
    package static let maximumIPCPathBytes = 107
    /// Characters of an inproc name: libzmq allows 256 bytes with the scheme.
    package static let maximumInprocNameBytes = 128
    /// Bytes of any endpoint with its scheme and closing NUL.
    package static let maximumEndpointBytes = 256
    /// Sockets and descriptors that one poller watches.
    package static let maximumPollItems = 256
    /// Characters of foreign text that an error repeats.
    package static let quotedCharacters = 160
    /// Messages that may wait for one plugin.
    package static let messagesPerPeer = 256
    /// Messages that may wait from a broker or a provider: then no more is read of it. Their bytes have a bound of their own.
    package static let messagesFromPlugin = 32
    /// Messages that may wait for one policy on this host, and from it: it is asked once a cycle, and answers once.
    package static let messagesToPolicy = 64
    package static let messagesFromPolicy = 2
    /// Bytes of one connection that may be there and that nobody has taken, with all that is beside a message: before it has a
    /// session, the longest that may be said then and a handshake; then of a policy twice the longest answer, of a broker and a
    /// provider four messages of the longest. The connection that sends more is ended (I-SOCK-11).
    package static let bytesBeforeSession = 288 << 10
    package static let bytesFromPolicy = 8 << 20
    package static let bytesFromPlugin = 64 << 20
    /// The same of who looks on, in all: it says to what it subscribes, and its heart-beats.
    package static let bytesFromWatcher = 64 << 10
    /// Bytes that are taken from one socket before they are worked on; the message that goes beyond is the last.
    package static let bytesPerWait = 32 << 20
    /// Bytes of a message at `control`, of the core's replies too.
    package static let controlMessageBytes = 1 << 20
    /// Bytes of a key of CURVE.
    package static let keyBytes = 32

    // MARK: - Hosts

    /// Messages that may wait for one plugin on another host.
    package static let messagesPerRemotePeer = 64
    /// Connections to one tcp socket that have not said anything yet. One more, and the oldest of them is cut.
    package static let unheardConnections = 16
    /// The same of a socket on this host, where a whole set of plugins may come at once.
    package static let unheardLocalConnections = 128
    /// Connections to one socket on this host in all. One more is cut; of control and telemetry the oldest is.
    package static let localConnections = 512
    package static let controlConnections = 64
    package static let telemetryConnections = 64
    /// Descriptors that no connection gets: for the journal, for children, and for what libzmq needs.
    package static let reservedDescriptors = 96
    /// How long a connection may go without a handshake.
    package static let handshakeMilliseconds = 3_000
    /// Bytes that may come over one before its first message, with the handshake some hundreds: libzmq keeps them in memory.
    package static let handshakeBytes = 16_384
    /// From one look at that to the next, while there is one.
    package static let handshakeLookMilliseconds = 2
    /// Bytes that the kernel keeps of one tcp connection before they are read.
    package static let remoteReceiveBytes = 256 << 10
    /// How long a connection with a handshake may go without a message.
    package static let unheardMilliseconds = 10_000
    /// Handshakes of one key within ``handshakeWindowMilliseconds``; more are refused.
    package static let handshakesPerKey = 20
    package static let handshakeWindowMilliseconds = 10_000
    /// A tcp connection over which nothing came for so long is lost: a cable, a host.
    package static let tcpSilenceMilliseconds = 10_000
    package static let tcpHeartbeatMilliseconds = 2_000
    /// Reports that wait for the core; the others are counted.
    package static let waitingNotices = 64
    /// How long the proof at the start may take, for each unauthenticated peer.
    package static let proofMilliseconds = 5_000
    /// Descriptors that a core with tcp sockets must be allowed to open.
    package static let descriptors = 512
}
