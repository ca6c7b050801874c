import Orchestration
import Wire

/// One of a few words in a configuration: another is refused with all of them, and with the one that was probably meant.
package struct Choice<Value: RawRepresentable & CaseIterable>: Decodable where Value.RawValue == String {
    package var value: Value

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let known = Value.allCases.map(\.rawValue)
        func refused(_ why: String) -> DecodingError {
            .dataCorruptedError(in: container, debugDescription: why)
        }
        let text: String
        do { text = try container.decode(String.self) } catch {
            throw refused("write one of \(known.joined(separator: ", "))")
        }
        guard let value = Value(rawValue: text) else {
            let meant = Typo.meant(by: text, in: known).map { ", did you mean \"\($0)\"?" } ?? ""
            throw refused("\"\(text)\" is none of \(known.joined(separator: ", "))\(meant)")
        }
        self.value = value
    }
}
