import Foundation
import Testing
import Trading

@testable import example_provider

/// A test needs no core: the provider is a generator.
@Suite("example-provider")
struct ExampleProviderTests {
    @Test("time grows, and the last update says so")
    func order() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("quotes.csv").path
        var provider = try ExampleProvider(settings: ExampleProvider.Settings(file: file), lockstep: true)
        var updates: [MarketUpdate] = []
        while let update = provider.next() { updates.append(update) }
        try #require(!updates.isEmpty)
        #expect(zip(updates, updates.dropFirst()).allSatisfy { $0.at < $1.at })
        #expect(updates.map { $0.isLast == true } == updates.dropLast().map { _ in false } + [true])
    }
}
