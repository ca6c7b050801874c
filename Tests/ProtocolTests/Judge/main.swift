import JSON
import Orchestration
import Trading
import Wire

/// Says of each line of standard input, `message type`, a tab and the body in hexadecimal, whether the programs take it: `+`, or
/// `-` and why; after the `+` of a `broker_state` stand the rows of its positions and of its orders that are left out. A line that makes it crash or hang is a defect; see `scripts/fuzz`.

/// Reads a body as the programs do: commands strictly, data leniently.
/// - Returns: what is to be said about what was taken.
func judge(_ type: MessageType, _ bytes: [UInt8]) throws -> String {
    let codec = MessageCodec()
    switch type {
    case .hello: _ = try codec.data(Hello.self, bytes)
    case .welcome: _ = try codec.data(Welcome.self, bytes)
    case .configure: _ = try codec.data(Configure.self, bytes)
    case .refused, .drain, .bye, .error: _ = try codec.data(Fault.self, bytes)
    case .ready:
        let ready = try codec.data(Ready.self, bytes)
        if let why = ready.needs?.defect ?? ready.capabilities?.defect?.description { throw Refusal(why: why) }
    case .heartbeat, .done, .advance: _ = try codec.data(Empty.self, bytes)
    case .evaluate: _ = try codec.data(PortfolioSnapshot.self, bytes)
    case .recommendations: _ = try codec.data(Recommendations.self, bytes)
    case .command: _ = try codec.command(OrderCommand.self, bytes)
    case .execution: _ = try codec.command(ExecutionReport.self, bytes)
    case .orderAnswer: _ = try codec.command(OrderAnswer.self, bytes)
    case .brokerState:
        let rows = try codec.command(BrokerState.self, bytes).leftOut ?? []
        return LeftOutRow.List.allCases.map { list in " \(rows.count { $0.list == list })" }.joined()
    case .cashMovement: _ = try codec.command(CashMovement.self, bytes)
    case .executionCorrection: _ = try codec.command(ExecutionCorrection.self, bytes)
    case .market: _ = try codec.data(MarketUpdate.self, bytes)
    case .history:
        let request = try codec.data(HistoryRequest.self, bytes)
        guard (1...BarNeed.most).contains(request.count) else { throw Refusal(why: "\(request.count) bars") }
    case .bars:
        let piece = try codec.data(HistoryBars.self, bytes)
        guard piece.bars.count <= HistoryBars.most else { throw Refusal(why: "\(piece.bars.count) bars") }
    case .control: _ = try codec.command(ControlRequest.self, bytes)
    case .controlReply: _ = try codec.data(ControlReply.self, bytes)
    case .record: _ = try codec.data(JSON.self, bytes)
    }
    return ""
}

struct Refusal: Error { var why: String }

func bytes(hexadecimal text: Substring) -> [UInt8] {
    let digits = text.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

while let line = readLine() {
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
    do {
        var said = ""
        if parts[0] == "header" {
            _ = try MessageCodec().header([bytes(hexadecimal: parts[1]), Array("{}".utf8)])
        } else if let type = MessageType(rawValue: String(parts[0])) {
            said = try judge(type, bytes(hexadecimal: parts[1]))
        }
        print("+\(said)")
    } catch {
        print("- \(error)")
    }
}
