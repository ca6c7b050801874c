import AlpacaVenue
import Foundation
import Testing

@Suite("Alpaca venue: its document")
struct DocumentTests {
    private func document() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/alpaca-venue.md"), encoding: .utf8)
    }

    @Test("docs/alpaca-venue.md lists the operations that are there, and no others")
    func documented() throws {
        let text = try document()
        let listed = text.matches(of: /(?m)^\| `((?:GET|POST|PATCH|DELETE) [^`]*)` \|/).map { String($0.1) }
        #expect(listed == VenueEndpoint.all.map { "\($0.method) \($0.path)" })
    }

    @Test("and the faults")
    func faults() throws {
        let listed = try document().matches(of: /(?m)^\| `([a-z_]+)` \|/).map { String($0.1) }
        #expect(listed == Fault.allCases.map(\.rawValue))
    }
}
