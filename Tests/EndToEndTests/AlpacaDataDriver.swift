import AlpacaDataProvider
import Foundation
import JSON
import PluginKit
import Testing
import Trading
import Wire

/// The provider inside the test, over real sockets, at the time of a venue whose clock is moved by hand.
final class AlpacaDataDriver {
    private var provider: AlpacaDataProvider
    private let venue: AlpacaVenueProcess
    private(set) var now: Timestamp
    private(set) var updates: [MarketUpdate] = []
    private(set) var histories: [Int64: [Bar]] = [:]
    private(set) var failures: [Int64: String] = [:]

    init(_ venue: AlpacaVenueProcess, at now: Timestamp, settings: String? = nil) throws {
        (self.venue, self.now) = (venue, now)
        for (name, value) in AlpacaVenueProcess.environment { setenv(name, value, 1) }
        let tree = try JSONParser.parse(Array((settings ?? venue.settings()).utf8))
        provider = try AlpacaDataProvider(
            settings: WireDecoder().decodeSettings(AlpacaDataSettings.self, from: tree), at: now)
    }

    var bars: [Bar] { updates.flatMap { $0.bars ?? [] } }
    var quotes: [Quote] { updates.flatMap { $0.quotes ?? [] } }

    func askHistory(_ period: TimeSpan, _ count: Int64, number: Int64) throws {
        take(try provider.askHistory(period: period, count: count, number: number, at: now))
    }

    /// Until something is so, while the clock hardly moves.
    func run(seconds: Double = 20, _ what: String, until isSo: () -> Bool) throws {
        let deadline = Date().addingTimeInterval(seconds)
        while !isSo() {
            guard Date() < deadline else {
                Issue.record("not within \(seconds) s: \(what)")
                return
            }
            try turn()
        }
    }

    private func turn() throws {
        var descriptors = provider.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&descriptors, nfds_t(descriptors.count), 20)
        // What waits for the end of an interval is due some time.
        now = now + .milliseconds(10)
        take(try provider.tick(at: now))
    }

    private func take(_ outputs: [ProviderOutput]) {
        for output in outputs {
            switch output {
            case .update(let update): updates.append(update)
            case .history(let number, let bars): histories[number] = bars
            case .failed(let number, let why): failures[number] = why
            }
        }
    }

    /// The venue's clock and ours go on together, second by second.
    func advance(seconds: Int) throws {
        for _ in 0..<seconds / 5 {
            try venue.advance(seconds: 5)
            now = now + .seconds(5)
            for _ in 0..<2 { try turn() }
        }
    }

    /// Ours alone: what waits is tried again.
    func wait(seconds: Int64) throws {
        for _ in 0..<seconds {
            now = now + .seconds(1)
            try turn()
        }
    }
}
