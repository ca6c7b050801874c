import Foundation
import Orchestration
import SQLiteJournal
import TestSupport
import Testing
import Trading

private let seed = Int64(Seed.value)
private let lives =
    ProcessInfo.processInfo.environment["BIGBROTHER_SWAP_LIVES"].flatMap(Int.init)
    ?? Tier.volume(gate: 1, nightly: 4)

@Suite("A broker is swapped while orders work: real processes", .blocking, .serialized)
struct SwapTests {
    @Test(
        "back and forth under load, for adapters that cannot trade, with kill -9 in each stage: nothing lost or doubled"
    )
    func underLoad() throws {
        print("swap test: seed \(seed), BIGBROTHER_SEED repeats it")
        let run = try SwapStorm(seed: seed)
        var isSound = false
        defer {
            if isSound {
                run.storm.programs.remove()
            } else {
                print("swap test: kept: \(run.storm.programs.folder.path)")
            }
        }
        for _ in 0..<lives {
            try run.live(swaps: 12)
            for stage in SwapStorm.stages { try run.live(swaps: 0, dyingIn: stage) }
        }
        let isCalm = try run.storm.calmDown()
        try eventually("no process is left") { try run.storm.survivors.isEmpty }
        let journal = try JournalFacts(run.storm.programs.journal)
        let venue = try VenueHistory(in: run.storm.venueFolder)
        let offences = Verdict(journal, venue).offences
        for offence in offences.prefix(20) { Issue.record("seed \(seed): \(offence)") }
        let replay = try run.storm.programs.run(["replay", "--journal", run.storm.programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "seed \(seed): \(replay)")
        expectSwaps(run, journal, venue)
        isSound = offences.isEmpty && replay.code == 0 && isCalm
        print(summary(run, journal, venue))
    }

    private func expectSwaps(_ run: SwapStorm, _ journal: JournalFacts, _ venue: VenueHistory) {
        for stage in SwapStorm.stages {
            #expect(run.deaths[stage] == lives, "seed \(seed): \(run.deaths), \(run.replies)")
        }
        let done = journal.swaps.filter { $0.step == .done }
        #expect(
            done.count >= 3 * lives && done.contains { $0.to.text == "paper" }
                && done.contains { $0.to.text == "paper-plain" })
        #expect(Set(journal.swaps.filter { $0.step == .failed }.map(\.to.text)).isSuperset(of: SwapStorm.failing))
        #expect((run.replies[0]?.count ?? 0) >= 2 * lives && (run.replies[2]?.count ?? 0) >= lives, "\(run.replies)")
        let odd = journal.entries.filter {
            guard case .execution(let report) = $0.content else { return false }
            return report.reason == "no groups here" || report.reason == "no replacements here"
        }
        #expect(odd.isEmpty, "asked for what the adapter does not declare: \(odd.prefix(3))")
        #expect(
            venue.submissions.count > 20 * lives && venue.executions.count > 10 * lives,
            "an idle account proves nothing")
        // P5: not longer than the limit (30 s) and the frozen time; each death of a core counts as well.
        let unprotected = journal.unprotected.map(\.lasted).max() ?? .zero
        #expect(unprotected < .seconds(60), "\(unprotected) without a stop")
        // The longest freeze: drain, leave, join, and the way back.
        #expect(journal.swaps.allSatisfy { $0.frozen < .seconds(60) })
    }

    private func summary(_ run: SwapStorm, _ journal: JournalFacts, _ venue: VenueHistory) -> String {
        let frozen = journal.swaps.filter { $0.step == .done }.map(\.frozen.wholeMilliseconds).sorted()
        let median = frozen.isEmpty ? 0 : frozen[frozen.count / 2]
        let steps = Dictionary(grouping: journal.swaps, by: \.step).mapValues(\.count)
        return
            "swap test: seed \(seed), \(steps[.done] ?? 0) swaps done (frozen \(median) ms, at most \(frozen.last ?? 0); without a stop for "
            + "\(journal.unprotected.map(\.lasted.wholeMilliseconds).max() ?? 0) ms at most), "
            + "\(steps[.failed] ?? 0) failed or given up, \(steps[.rolledBack] ?? 0) rolled back, deaths \(run.deaths.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")); "
            + "epochs \(journal.epochs.last ?? 0), \(venue.submissions.flatMap(\.orders).count) orders, \(venue.cancels) cancels, "
            + "\(venue.replaces) changes, \(venue.executions.count) fills"
    }
}

@Suite("The command `bigbrother broker`", .blocking, .serialized)
struct BrokerCommandTests {
    private func configuration(_ programs: Programs, _ more: String) throws -> String {
        try programs.configuration(
            PolicyFaultTests.configuration("fine").replacingOccurrences(
                of: "account: faults\nstate", with: "\(more)\naccount: faults\nstate"))
    }

    private func waitForStop(_ programs: Programs) throws {
        try eventually(seconds: 40, "a stop rests") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            return try JournalFacts(programs.journal, onlyState: true).isCalm
        }
    }

    @Test("list, a swap there and back with the stop at rest, a name that is none, and a plugin that stands by")
    func thereAndBack() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(
            programs, "standby_brokers: [{plugin: paper-plain, settings: {account: faults, cash: 1}}]")
        func broker(_ arguments: [String]) throws -> Programs.Ending {
            try programs.run(["broker"] + arguments + ["--config", config])
        }
        #expect(try broker(["list"]).output.contains("* paper        trades when a core is at work"))
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        let stops = try JournalFacts(programs.journal).state.portfolio.orders.allWorking.map(\.id)
        #expect(try processes(naming: "broker-paper-plain").isEmpty || !stops.isEmpty)
        let missing = try broker(["swap", "paper-plane"])
        #expect(missing.code == 2 && missing.output.contains("did you mean \"paper-plain\"?"), "\(missing)")
        #expect(try broker(["swap", "paper"]).output.contains("paper trades already"))
        let there = try broker(["swap", "paper-plain", "--why", "to see"])
        #expect(there.code == 0 && there.output.contains("paper-plain trades instead of paper, epoch 2"), "\(there)")
        #expect(try broker(["list"]).output.contains("* paper-plain  trades, epoch 2"))
        let plugins = try programs.json(["plugins", "--config", config])
        #expect("\(plugins)".contains("standby"), "\(plugins)")
        let restart = try programs.run(["plugin", "restart", "paper", "--config", config])
        #expect(restart.code == 2 && restart.output.contains("paper stands by"), "\(restart)")
        #expect(try JournalFacts(programs.journal).state.portfolio.orders.allWorking.map(\.id) == stops)
        let back = try broker(["swap", "paper"])
        #expect(back.code == 0 && back.output.contains("epoch 3"), "\(back)")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let facts = try JournalFacts(programs.journal)
        #expect(facts.swaps.map(\.step) == [.began, .changed, .done, .began, .changed, .done])
        #expect(facts.swaps.first?.why == "to see" && facts.swaps.first?.who.contains("@") == true)
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test("the next adapter is started when the process of the one before it is gone, and not with its last word")
    func oneAtATime() throws {
        let programs = try Programs()
        defer { programs.remove() }
        // It says bye as it should, and its process stays.
        let manifest = try String(
            contentsOf: Programs.project.appendingPathComponent("Plugins/Brokers/Paper/plugin.json"), encoding: .utf8
        )
        .replacingOccurrences(of: #""name": "paper""#, with: #""name": "lingering""#)
        .replacingOccurrences(
            of: #""broker-paper""#, with: #""/bin/sh", "-c", "\#(Programs.binaries.path)/broker-paper; sleep 1000""#)
        let folder = programs.folder.appendingPathComponent("plugins/lingering")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(manifest.utf8).write(to: folder.appendingPathComponent("plugin.json"))
        let config = try programs.configuration(
            PolicyFaultTests.configuration("fine")
                .replacingOccurrences(of: "\"${tests}\"", with: "\"${tests}\", \"\(folder.path)\"")
                .replacingOccurrences(of: "plugin: paper", with: "plugin: lingering")
                .replacingOccurrences(
                    of: "account: faults\nstate",
                    with:
                        "standby_brokers: [{plugin: paper-plain, settings: {account: faults, cash: 1}}]\naccount: faults\nstate"
                ))
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        let swap = try programs.run(["broker", "swap", "paper-plain", "--config", config])
        #expect(swap.code == 0, "\(swap)")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let log = try String(contentsOfFile: programs.stateDirectory + "/bigbrother.log", encoding: .utf8)
        let gone = try #require(log.range(of: "core: lingering was killed by signal 9"), "\(log)")
        let next = try #require(log.range(of: "core: started paper-plain"), "\(log)")
        #expect(gone.upperBound < next.lowerBound, "\(log)")
    }

    @Test("an adapter that is started elsewhere waits with its hello until it is swapped in, and again when it is out")
    func startedElsewhere() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(
            programs,
            "standby_brokers: [{plugin: paper-plain, name: far, start: false, settings: {account: faults, cash: 1}}]")
        let core = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        func far() throws -> Process {
            let (process, _, _) = programs.process(
                ["--endpoint", "ipc://\(programs.stateDirectory)/sockets/broker", "--name", "far"],
                program: "broker-paper-plain")
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        let log = programs.stateDirectory + "/bigbrother.log"
        let first = try far()
        try eventually("it says hello") {
            try String(contentsOfFile: log, encoding: .utf8).contains("far is there, and waits until it is swapped in")
        }
        let there = try programs.run(["broker", "swap", "far", "--config", config])
        #expect(there.code == 0 && there.output.contains("far trades instead of paper"), "\(there)")
        #expect(first.isRunning)
        let back = try programs.run(["broker", "swap", "paper", "--config", config])
        #expect(back.code == 0, "\(back)")
        first.waitUntilExit()
        #expect(first.terminationStatus == 0, "it was asked to leave, and did")
        let second = try far()
        defer { second.terminate() }
        try eventually("it waits again") {
            try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "far is there, and waits").count
                == 3
        }
        #expect(try JournalFacts(programs.journal).state.broker?.name.text == "paper")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test(
        "the core stops in the middle of a swap, or is killed: whoever asked is told, and the next start takes it back",
        arguments: [(SIGTERM, "the core stops in the middle of the swap"), (SIGKILL, "`bigbrother broker list` tells")])
    func stopped(by signal: Int32, words: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(
            programs, "swap_limit: 10s\nstandby_brokers: [{plugin: silent-broker}]")
        let first = try RunningProcess(programs, ["run", "--config", config])
        try waitForStop(programs)
        let client = try RunningProcess(programs, ["broker", "swap", "silent-broker", "--config", config])
        try eventually("the new one is awaited") {
            try JournalFacts(programs.journal, onlyState: true).state.swap?.stage == .joining
        }
        #expect(
            try programs.run(["status", "--config", config]).output.contains("paper is being swapped for silent-broker")
        )
        let second = try programs.run(["broker", "swap", "paper", "--config", config])
        #expect(second.code == 2 && second.output.contains("being swapped for silent-broker (joining)"), "\(second)")
        let started = try children(of: first.process.processIdentifier)
        first.signal(signal)
        // The silent one does not even see that the core is gone.
        if signal == SIGKILL { for pid in started { Int32(pid).map { _ = kill($0, SIGKILL) } } }
        #expect((first.wait().code == 0) == (signal == SIGTERM))
        let told = client.wait()
        #expect(told.code == 2 && (told.output + told.errors).contains(words), "\(told)")
        let next = try RunningProcess(programs, ["run", "--config", config])
        try eventually(seconds: 40, "the old one trades again") {
            let state = try JournalFacts(programs.journal, onlyState: true).state
            return state.swap == nil && state.broker?.name.text == "paper" && state.broker?.isReconciled == true
        }
        next.signal(SIGTERM)
        #expect(next.wait().code == 0)
        #expect(try JournalFacts(programs.journal).swaps.map(\.step) == [.began, .changed, .rolledBack, .failed])
        #expect(try programs.run(["replay", "--journal", programs.journal]).code == 0)
    }

    @Test("the configuration: names taken twice and unknown plugins are told, doctor lists who stands by")
    func configured() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let good = try programs.run([
            "doctor",
            try configuration(
                programs, "standby_brokers: [{plugin: paper-plain, settings: {account: faults, cash: 1}}]"),
        ])
        #expect(good.code == 0 && good.output.contains("standby broker paper-plain:"), "\(good)")
        for (text, words) in [
            ("standby_brokers: [{plugin: paper, settings: {account: faults, cash: 1}}]", "the name \"paper\" is taken"),
            ("swap_limit: 0s", "swap_limit: a time from 1s to 10m"),
            ("standby_broker: []", "did you mean \"standby_brokers\"?"),
            ("standby_brokers: [{plugin: stop-loss}]", "is a policy, not a broker"),
            (
                "standby_brokers: [{plugin: paper-plain, settings: {account: faults, cahs: 1}}]",
                "did you mean \"cash\"?"
            ),
        ] {
            let bad = try programs.run(["doctor", try configuration(programs, text)])
            #expect(bad.code == 2 && bad.output.contains(words), "\(text): \(bad)")
        }
    }
}
