import AlpacaAPI
import AlpacaVenue
import NIOCore
import NIOHTTP1
import NIOWebSocket
import SystemTime
import Trading

/// Puts the parts of a request together, and its response on the wire.
final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let host: VenueHost
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// Of a response that goes on.
    private var socket: Int64?

    init(_ host: VenueHost) { self.host = host }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            // One byte more than is allowed says enough.
            let room = VenueLimits.bodyBytes + 1 - body.count
            body += part.readableBytesView.prefix(room)
        case .end:
            guard let head else { return }
            self.head = nil
            respond(to: head, context)
        }
    }

    private func respond(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let (response, socket) = host.answer(
            VenueRequest(
                head.method.rawValue, head.uri, headers: head.headers.map { Alpaca.Header($0.name, $0.value) },
                body: body, receivedAt: Timestamp(nanoseconds: wallNanoseconds())), on: context.channel)
        if let socket { self.socket = socket }
        body = []
        guard !response.isWithheld else { return }
        let way = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let isKeepAlive = head.isKeepAlive
        host.after(host.latency) { way.value.handler.send(response, isKeepAlive: isKeepAlive, way.value.context) }
    }

    private func send(_ response: VenueResponse, isKeepAlive: Bool, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        if response.status != 204, !response.goesOn {
            headers.add(name: "Content-Length", value: String(response.body.count))
        }
        if !isKeepAlive { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        if response.goesOn { return context.flush() }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !isKeepAlive {
            let channel = context.channel
            end.whenComplete { _ in channel.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let socket { host.close(socket) }
        socket = nil
        context.fireChannelInactive()
    }

    static func send(_ text: String, on channel: any Channel) {
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
    }

    /// Sends what a response goes on with.
    static func send(_ frame: VenueFrame, on channel: any Channel) {
        if !frame.bytes.isEmpty {
            let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: frame.bytes)))
            channel.writeAndFlush(part, promise: nil)
        }
        guard frame.closes else { return }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // There is no stream at this path; the request for it comes next, and is answered.
        guard !(error is NIOWebSocketUpgradeError) else { return }
        context.close(promise: nil)
    }
}
