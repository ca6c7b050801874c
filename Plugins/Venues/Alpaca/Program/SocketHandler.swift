import AlpacaVenue
import NIOCore
import NIOWebSocket

/// One WebSocket of a client.
final class SocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// Bytes that a client may send at once.
    static let maximumFrame = 1_048_576

    private let host: VenueHost
    private let path: String
    private let isMessagePack: Bool
    private var socket: Int64?

    init(_ host: VenueHost, path: String, isMessagePack: Bool) {
        (self.host, self.path, self.isMessagePack) = (host, path, isMessagePack)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        socket = host.open(context.channel, path: path, isMessagePack: isMessagePack)
        if socket == nil { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary:
            if let socket { host.receive(Array(frame.unmaskedData.readableBytesView), from: socket) }
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            let channel = context.channel
            let answer = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in channel.close(promise: nil) }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let socket { host.close(socket) }
        socket = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Sends what the venue has for a socket.
    static func send(_ frame: VenueFrame, on channel: any Channel) {
        guard !frame.bytes.isEmpty else { return channel.close(promise: nil) }
        let data = WebSocketFrame(
            fin: true, opcode: frame.isBinary ? .binary : .text, data: ByteBuffer(bytes: frame.bytes))
        let sent = channel.writeAndFlush(data)
        guard frame.closes else { return }
        sent.whenComplete { _ in channel.close(promise: nil) }
    }
}
