import Glibc
import PluginKit
import TapeReader
import Trading

/// Replays recorded markets: in lockstep at the tape's own times, in real time rebased so that the first update is now.
package final class TapeProvider: Provider {
    package struct Settings: Decodable {
        var tape: TapeConfiguration
        /// Real time only: how many times faster than it was recorded.
        var speed: Int?

        private enum Keys: String, CodingKey { case speed }

        package init(from decoder: any Decoder) throws {
            tape = try TapeConfiguration(from: decoder)
            speed = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Int.self, forKey: .speed)
        }
    }

    private var reader: TapeReader
    private let rebase: Rebase?
    private let tape: TapeConfiguration

    package init(settings: Settings, lockstep: Bool) throws {
        Self.allowManyFiles()
        let reader = try TapeReader(settings.tape)
        tape = settings.tape
        let speed = try TapeSpeed(settings.speed ?? 1)
        rebase = lockstep ? nil : reader.rebased(to: wallClock(), speed: speed)
        self.reader = reader
    }

    /// setrlimit(2): a tape of many symbols holds a file or two for each open at once.
    private static func allowManyFiles() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }

    /// What lies before `from` in the same files.
    package var hasHistory: Bool { tape.from != nil }

    package func history(period: TimeSpan, count: Int64) throws -> [Bar] {
        let bars = try tape.past(before: reader.firstAt, period: period, count: Int(count))
        guard let rebase else { return bars }
        return rebase(MarketUpdate(at: reader.firstAt, bars: bars)).bars ?? []
    }

    package var share: Double? { reader.share }

    package func next() throws -> MarketUpdate? {
        guard let update = try reader.next() else { return nil }
        return rebase?(update) ?? update
    }
}
