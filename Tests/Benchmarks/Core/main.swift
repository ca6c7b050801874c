import Foundation
import Journal
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire

// The core alone, without journal, plugins and JSON: what a quiet cycle costs by what is held and what has changed, and how long
// the inputs of a journal take.
//
//     bench-core [POSITIONS ...]
//     bench-core --journal FILE

func microseconds(_ duration: Duration, per count: Int) -> Double {
    let (seconds, attoseconds) = duration.components
    return (Double(seconds) * 1e6 + Double(attoseconds) / 1e12) / Double(count)
}

func measureCycles(_ counts: [Int]) {
    print("positions changed  market us     due us  evaluated us   cycle us")
    for count in counts {
        var market = QuietMarket(count)
        market.begin()
        let cycles = max(5, min(2_000, 200_000 / count))
        for share in [0, 10, 100] {
            var (times, number) = (Times(), 0)
            for _ in 0..<max(5, cycles / 10) {
                market.cycle(share: share, number, &times)
                number += 1
            }
            times = Times()
            for _ in 0..<cycles {
                market.cycle(share: share, number, &times)
                number += 1
            }
            let figures = [times.market, times.due, times.evaluated, times.market + times.due + times.evaluated]
                .map { String(format: "%10.1f", microseconds($0, per: cycles)) }
            print(String(format: "%9d %6d%%", count, share), figures.joined(separator: " "))
        }
    }
}

func measureJournal(_ path: String) throws {
    let journal = try SQLiteJournalReader(path: path)
    let decoder = WireDecoder(maximumBytes: 1 << 30)
    var core = Orchestrator()
    var (next, inputs, cycles, effects) = (Int64(1), 0, 0, 0)
    var (kinds, decoding): ([String: (count: Int, time: Duration)], Duration) = ([:], .zero)
    let clock = ContinuousClock()
    while true {
        let entries = try journal.entries(EntryQuery(in: next...Int64.max, limit: 1_000))
        guard let last = entries.last else { break }
        for entry in entries where entry.kind == .input {
            let begin = clock.now
            let input = try decoder.decode(Input.self, from: entry.body, unknownFields: .refuse)
            let decoded = clock.now
            effects += core.handle(input, at: Timestamp(nanoseconds: entry.at)).count
            let (count, time) = kinds[entry.type] ?? (0, .zero)
            kinds[entry.type] = (count + 1, time + (clock.now - decoded))
            decoding += decoded - begin
            inputs += 1
            if case .cycleDue = input { cycles += 1 }
        }
        next = last.sequence + 1
    }
    let total = kinds.values.reduce(Duration.zero) { $0 + $1.time }
    print("\(inputs) inputs, \(cycles) cycles due, \(effects) effects: core \(total), decoding \(decoding)")
    for (kind, (count, time)) in kinds.sorted(by: { $0.value.time > $1.value.time }) {
        print(String(format: "%7d x %9.1f us  %@", count, microseconds(time, per: count), kind), time)
    }
}

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--journal", let path = arguments.dropFirst().first {
    try measureJournal(path)
} else {
    let counts = arguments.compactMap { Int($0) }
    measureCycles(counts.isEmpty ? [100, 1_000, 10_000] : counts)
}
