import AlpacaVenue
import Foundation
import Testing

@Suite("Alpaca venue: its document")
struct DocumentTests {
    @Test("docs/alpaca-venue.md lists the operations that are there, and no others")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/alpaca-venue.md"), encoding: .utf8)
        let listed = text.matches(of: /(?m)^\| `((?:GET|POST|PATCH|DELETE) [^`]*)` \|/).map { String($0.1) }
        #expect(listed == VenueEndpoint.all.map { "\($0.method) \($0.path)" })
    }
}
