import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// The venue on a port of this host. One thread has all: sockets, venue and tape.
struct VenueServer {
    private let host: VenueHost

    init(_ host: VenueHost) { self.host = host }

    /// Listens until the process is ended.
    /// - Throws: what the system says where the port cannot be had.
    func run(port: Int) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let host = host
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in Self.configure(channel, host) }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port).wait()
        loop.execute {
            host.loop = loop
            host.play()
        }
        loop.scheduleRepeatedTask(initialDelay: .seconds(10), delay: .seconds(10)) { _ in host.beat() }
        // At once, also into a pipe: whoever starts it waits for this line.
        var line = "alpaca-venue: http://127.0.0.1:\(channel.localAddress?.port ?? port)\n"
        line.withUTF8 { bytes in _ = write(STDOUT_FILENO, bytes.baseAddress, bytes.count) }
        try channel.closeFuture.wait()
    }

    private static func configure(_ channel: any Channel, _ host: VenueHost) -> EventLoopFuture<Void> {
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: SocketHandler.maximumFrame,
            shouldUpgrade: { channel, head in
                let path = path(of: head)
                return channel.eventLoop.makeSucceededFuture(host.isStream(path) ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 64,
                            maxAccumulatedFrameSize: SocketHandler.maximumFrame),
                        SocketHandler(
                            host, path: path(of: head),
                            isMessagePack: head.headers.first(name: "Content-Type") == "application/msgpack"),
                    ])
                }
            })
        return channel.eventLoop.makeCompletedFuture {
            let handler = RequestHandler(host)
            let removal = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withServerUpgrade: (
                    upgraders: [upgrader],
                    completionHandler: { context in
                        context.pipeline.syncOperations.removeHandler(removal.value, promise: nil)
                    }
                ))
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    private static func path(of head: HTTPRequestHead) -> String {
        String(head.uri.prefix { $0 != "?" })
    }
}
