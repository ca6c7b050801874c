import Foundation
import Orchestration
import TestSupport
import Testing
import Trading

/// `scripts/crash --kills N --seed N` sets these.
private let wantedKills =
    ProcessInfo.processInfo.environment["BIGBROTHER_KILLS"].flatMap(Int.init)
    ?? Tier.volume(gate: 40, nightly: 200)
private let seed = Int64(Seed.value)

@Suite("kill -9, again and again", .blocking, .serialized)
struct CrashTests {
    @Test(
        "core, adapter, policies and provider are killed at random moments while they trade: nothing is lost or doubled"
    )
    func storm() throws {
        print("crash test: to repeat it: scripts/crash --kills \(wantedKills) --seed \(seed)")
        let storm = try CrashStorm(seed: seed)
        var isSound = false
        defer {
            if isSound { storm.programs.remove() } else { print("crash test: kept: \(storm.programs.folder.path)") }
        }
        let began = Date()
        try storm.rage(kills: wantedKills)
        let seconds = Int(Date().timeIntervalSince(began))
        let isCalm = try storm.calmDown()
        try eventually("no process is left") { try storm.survivors.isEmpty }
        let journal = try JournalFacts(storm.programs.journal)
        let venue = try VenueHistory(in: storm.venueFolder)
        let offences = Verdict(journal, venue).offences
        for offence in offences.prefix(20) { Issue.record("seed \(seed): \(offence)") }
        let replay = try storm.programs.run(["replay", "--journal", storm.programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "seed \(seed): \(replay)")
        expectTrading(storm, venue)
        isSound = offences.isEmpty && replay.code == 0 && isCalm
        print(summary(storm, venue, seconds))
    }

    private func summary(_ storm: CrashStorm, _ venue: VenueHistory, _ seconds: Int) -> String {
        let kinds = storm.kills.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let starts = storm.startMilliseconds.sorted()
        return
            "crash test: seed \(seed), \(storm.killed) kills (\(kinds)) in \(seconds) s; \(storm.starts) starts of the core"
            + " (\(starts.isEmpty ? 0 : starts[starts.count / 2]) ms), \(venue.generations) of the venue; "
            + "\(venue.submissions.flatMap(\.orders).count) orders, \(venue.cancels) cancels, \(venue.replaces) changes, "
            + "\(venue.executions.count) fills, \(venue.rejections.count) refusals"
    }

    /// Kills over an idle account would prove nothing.
    private func expectTrading(_ storm: CrashStorm, _ venue: VenueHistory) {
        let least = max(1, storm.killed / 10)
        #expect(storm.killed >= wantedKills)
        #expect(venue.submissions.count >= least && venue.executions.count >= least, "seed \(seed)")
        guard storm.killed >= 100 else { return }
        #expect(venue.cancels > 0 && venue.replaces > 0, "seed \(seed)")
    }
}
