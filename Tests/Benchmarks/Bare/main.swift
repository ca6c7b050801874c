import Foundation
import Keys
import Messaging
import Trading
import Wire
import ZeroMQTransport

// The floor under the Swift kit in `scripts/bench`: a policy that reads the header of a question and nothing else, and sends an
// answer that it has made before the first one: a stop for each symbol that its settings name.

struct Settings: Decodable { var symbols: [Symbol] }

func environment(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name] else { throw Failure(why: "\(name) is not set") }
    return value
}

struct Failure: Error { var why: String }

/// As the examples of both kits answer.
func answer(_ settings: Settings) throws -> Recommendations {
    let stop = Advice.protect(StopAdvice(distance: .percent(try Ratio("0.5")), from: .highWater))
    return Recommendations(
        settings.symbols.map { Recommendation(symbol: $0, advice: stop, reason: "behind the best price") })
}

func run() throws {
    let endpointText = try environment("BIGBROTHER_ENDPOINT")
    var options = SocketOptions()
    if endpointText.hasPrefix("tcp") {
        options.security = .curveClient(
            try KeyFile.readSecret(environment("BIGBROTHER_KEY_FILE")),
            server: try KeyFile.publicKey(environment("BIGBROTHER_SERVER_KEY")))
    }
    let context = try ZeroMQContext()
    let socket = try ZeroMQSocket(.dealer, in: context, options: options)
    try socket.connect(try Endpoint.parse(endpointText, options.security == .none ? .none : .curve))
    let codec = MessageCodec()
    var (session, sent, prepared) = ("", Int64(0), [UInt8]())
    func say(_ type: MessageType, _ body: [UInt8], _ re: String?, _ cycle: Int64? = nil) throws {
        sent += 1
        let header = Header(type: type, id: "\(sent)", session: session, epoch: 0, seq: sent, cycle: cycle, re: re)
        try socket.send([try codec.encode(header), body])
    }
    var poller = ZeroMQPoller()
    let token = poller.add(socket)
    defer { poller.remove(token) }
    let name = try PluginName(environment("BIGBROTHER_NAME"))
    while true {
        if session.isEmpty {
            do {
                try say(.hello, codec.encode(Hello(name: name, role: .policy, version: "1.0.0", token: nil)), nil)
            } catch MessagingError.wouldBlock {
                // The core is not there yet.
            }
        }
        _ = try poller.poll(timeoutMilliseconds: session.isEmpty ? 200 : 60_000)
        while let frames = try socket.receive() {
            let header = try codec.header(frames)
            switch header.type {
            case .welcome:
                let welcome = try codec.data(Welcome.self, frames[1])
                session = welcome.session
                prepared = try codec.encode(
                    answer(WireDecoder().decodeSettings(Settings.self, from: welcome.settings)))
                try say(.ready, codec.encode(Ready()), header.id)
            case .heartbeat: try say(.heartbeat, codec.encode(Empty()), header.id)
            case .evaluate: try say(.recommendations, prepared, header.id, header.cycle)
            case .drain:
                try say(.bye, codec.encode(Fault(reason: "drained")), nil)
                _ = try poller.poll(timeoutMilliseconds: 50)
                return
            default: throw Failure(why: "\(header.type.rawValue): \(String(decoding: frames[1], as: UTF8.self))")
            }
        }
    }
}

try run()
