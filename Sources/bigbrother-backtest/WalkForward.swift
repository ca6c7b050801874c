import Backtesting
import Foundation
import Trading
import Wire

/// Chooses on one stretch and tries on the next, so that what was chosen is judged by days that it was not chosen on (Pardo, The
/// Evaluation and Optimization of Trading Strategies, 2008).
struct WalkForward {
    private let trainDays: Int64
    private let testDays: Int64
    private let combinations: [Combination]
    private let bench: Bench

    init(_ text: String, _ combinations: [Combination], _ bench: Bench) throws {
        let parts = text.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 2, parts.allSatisfy({ (1...20_000).contains($0) }) else {
            throw SettingError("--walk-forward \(text): write days to choose on and days to try on, such as 504:126")
        }
        guard combinations.count > 1 else {
            throw SettingError("--walk-forward chooses among several; give --set with more than one value")
        }
        (trainDays, testDays, self.combinations, self.bench) = (parts[0], parts[1], combinations, bench)
    }

    private struct Split: Encodable {
        var from: String
        var until: String
        var chosen: String
        var trained: String
        var tried: String
    }

    func run(json: Bool) throws {
        let span = try bench.span()
        var splits: [Split] = []
        var gains = 1.0
        if !json {
            print("tried on                  chosen on the days before                        gain there  gain then")
        }
        var start = span.lowerBound
        while start + trainDays + 1 < span.upperBound {
            let (middle, end) = (start + trainDays, min(start + trainDays + testDays, span.upperBound))
            let tests = try combinations.map {
                try bench.backtest($0, from: Self.date(start), until: Self.date(middle))
            }
            let trained = Array(zip(combinations, try bench.run(tests)))
            guard let best = trained.max(by: { $0.1.score < $1.1.score }) else { break }
            let tried = try bench.run([try bench.backtest(best.0, from: Self.date(middle), until: Self.date(end))])[0]
            gains *= 1 + tried.gain
            let split = Split(
                from: Self.date(middle), until: Self.date(end), chosen: best.0.words,
                trained: ResultText.percent(best.1.gain), tried: ResultText.percent(tried.gain))
            if !json {
                print(
                    "\(split.from) to \(split.until)  \(split.chosen.padded(48)) \(split.trained.leading(9))  \(split.tried.leading(9))"
                )
            }
            splits.append(split)
            start += testDays
        }
        guard !splits.isEmpty else {
            throw SettingError("--walk-forward: the tape is shorter than \(trainDays) days and one")
        }
        if json { return print(String(decoding: try WireEncoder().encode(splits), as: UTF8.self)) }
        print(
            "   all tries one after the other: \(ResultText.percent(gains - 1)); each begins with the account as the file has it"
        )
    }

    /// Days since 1970 as a date.
    private static func date(_ day: Int64) -> String { String(Timestamp(seconds: day * 86_400).description.prefix(10)) }
}
