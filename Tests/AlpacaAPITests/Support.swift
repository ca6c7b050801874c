import Foundation
import JSON
import Testing
import Trading

@testable import AlpacaAPI

/// Reads a document that stands in a test.
func read<Value: Alpaca.Value>(_ type: Value.Type, _ text: String) throws(Alpaca.DecodingError) -> Value {
    try Alpaca.decode(type, from: Array(text.utf8))
}

func written(_ value: some Alpaca.Value) -> String { String(decoding: Alpaca.encode(value), as: UTF8.self) }

/// What is wrong with a document.
func defect<Value: Alpaca.Value>(of type: Value.Type, _ text: String) -> String? {
    do throws(Alpaca.DecodingError) {
        _ = try read(type, text)
        return nil
    } catch {
        return error.description
    }
}

func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? Timestamp(nanoseconds: 0) }

/// The official OpenAPI documents; nil where the folder is absent.
let officialDocuments: String? = {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["BIGBROTHER_ALPACA_API"] ?? "\(checkout)/../shared/alpaca"
    return FileManager.default.fileExists(atPath: path + "/trading-api.json") ? path : nil
}()

/// Whether two documents say the same: null is absent, an empty list is absent, `1.0` is `"1"`, one time is another with its
/// offset, and figures are compared to six decimals.
func isSame(_ left: JSON, _ right: JSON, at path: String = "") -> [String] {
    switch (left, right) {
    case (.object(let members), .object(let others)):
        let keys = Set(members.map(\.key)).union(others.map(\.key)).sorted()
        return keys.flatMap { isSame(left[$0] ?? .null, right[$0] ?? .null, at: path + "." + $0) }
    case (.array(let elements), .array(let others)) where elements.count == others.count:
        return zip(elements, others).enumerated().flatMap { isSame($1.0, $1.1, at: "\(path)[\($0)]") }
    case (.null, .array([])), (.array([]), .null), (.string(""), .null): return []
    case _ where left == right: return []
    default:
        if let one = figure(left), let other = figure(right), one == other { return [] }
        if case .string(let one) = left, case .string(let other) = right,
            let time = try? Timestamp.read(.string(one), .exact), time == (try? Timestamp.read(.string(other), .exact))
        {
            return []
        }
        return ["\(path): \(left) is not \(right)"]
    }
}

private func figure(_ json: JSON) -> Money? { try? Money.read(json, .shown) }
