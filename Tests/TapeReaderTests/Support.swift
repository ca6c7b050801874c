import CZlib
import Foundation
import TapeReader
import Testing
import Trading

/// A folder for one test, gone with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/tape-XXXXXX").utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, bytes: Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    /// Compressed by zlib itself.
    @discardableResult
    func writeGzip(_ name: String, _ text: String) throws -> String {
        let file = try #require(gzopen("\(path)/\(name)", "wb"))
        let bytes = Array(text.utf8)
        #expect(gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count))
        #expect(gzclose(file) == Z_OK)
        return "\(path)/\(name)"
    }

    var configuration: TapeConfiguration { TapeConfiguration(folders: [path]) }
}

let tradeHeader = "timestamp,open,high,low,close,volume\n"
let quoteHeader =
    "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"

/// One-price bars at the minutes given: `2026-03-16T` is put in front.
func trades(_ rows: (minute: String, price: String)...) -> String {
    tradeHeader
        + rows.map { "2026-03-16T\($0.minute):00Z,\($0.price),\($0.price),\($0.price),\($0.price),100\n" }.joined()
}

func quotes(_ rows: (minute: String, bid: String, ask: String)...) -> String {
    quoteHeader
        + rows.map {
            "2026-03-16T\($0.minute):00Z,\($0.bid),\($0.bid),\($0.bid),\($0.bid),200,"
                + "\($0.ask),\($0.ask),\($0.ask),\($0.ask),300\n"
        }.joined()
}

/// All updates of a tape, and the invariants that hold for each of them.
func play(_ configuration: TapeConfiguration) throws -> [MarketUpdate] {
    var reader = try TapeReader(configuration)
    let firstAt = reader.firstAt
    var updates: [MarketUpdate] = []
    while let update = try reader.next() {
        if let last = updates.last {
            #expect(last.at < update.at)
            #expect(last.isLast == nil)
        }
        let symbols = (update.bars ?? []).map(\.symbol)
        #expect(symbols == symbols.sorted())
        let quoted = (update.quotes ?? []).map(\.symbol)
        #expect(quoted == quoted.sorted())
        #expect(update.session == USEquityCalendar.phase(at: update.at))
        #expect((update.bars ?? []).allSatisfy { $0.end == update.at && $0.defect == nil })
        #expect((update.quotes ?? []).allSatisfy { $0.at == update.at })
        updates.append(update)
    }
    #expect(updates.last?.isLast == true)
    #expect(updates.first?.at == firstAt)
    #expect(try reader.next() == nil)
    return updates
}

func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

/// The times of updates as `13:31:00`.
func clockTimes(_ updates: [MarketUpdate]) -> [String] {
    updates.map { String($0.at.description.dropFirst(11).prefix(8)) }
}

/// The checkout that this file lies in.
let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

/// Real market data beside the checkout, or where the environment says; nil where there is none.
let marketData: String? = {
    let path = ProcessInfo.processInfo.environment["BIGBROTHER_MARKET_DATA"] ?? "\(checkout)/../shared/market-data"
    return FileManager.default.fileExists(atPath: "\(path)/us-equity-minute") ? path : nil
}()
