import Foundation
import TestSupport
import Testing

@Suite("Storms at an Alpaca-compatible venue: real processes", .blocking, .serialized)
struct AlpacaStormTests {
    /// `BIGBROTHER_ALPACA_RAGE=17-18` repeats seed 17 alone.
    private static let seeds: Range<UInt64> = {
        let parts = (ProcessInfo.processInfo.environment["BIGBROTHER_ALPACA_RAGE"] ?? "").split(separator: "-")
            .compactMap { UInt64($0) }
        return parts.count == 2 && parts[0] < parts[1] ? parts[0]..<parts[1] : Seed.range(gate: 1, nightly: 60)
    }()

    @Test(
        "faults of every kind, and kill -9 of core, adapter and venue: one stop for each position, nothing oversold or doubled",
        arguments: seeds)
    func storm(seed: UInt64) throws {
        let storm = try AlpacaStorm(seed: seed)
        var isSound = false
        defer {
            if isSound { storm.programs.remove() } else { print("alpaca storm: kept: \(storm.programs.folder.path)") }
        }
        try storm.rage(deeds: 12)
        let isCalm = try storm.calmDown()
        let verdict = try AlpacaVerdict(try JournalFacts(storm.programs.journal), storm.house)
        for offence in verdict.offences.prefix(10) { Issue.record("seed \(seed): \(offence)") }
        #expect(isCalm, "seed \(seed): it never came to rest")
        #expect(try storm.house.leaks().isEmpty)
        let replay = try storm.programs.run(["replay", "--journal", storm.programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "seed \(seed): \(replay)")
        isSound = verdict.offences.isEmpty && isCalm && replay.code == 0
        let deeds = storm.deeds.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
        print(
            "alpaca storm: seed \(seed), \(verdict.offences.isEmpty && isSound ? "sound" : "OFFENCES"), \(verdict.orders) orders, \(verdict.executions) executions, \(storm.exactKills) exact kills, \(deeds.joined(separator: ", "))"
        )
    }
}
