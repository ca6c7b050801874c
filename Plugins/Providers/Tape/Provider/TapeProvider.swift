import PluginKit
import TapeReader
import Trading

/// Replays recorded markets: in lockstep at the tape's own times, in real time rebased so that the first update is now.
final class TapeProvider: Provider {
    struct Settings: Decodable {
        var tape: TapeConfiguration
        /// Real time only: how many seconds of tape pass in one.
        var speed: Ratio?

        private enum Keys: String, CodingKey { case speed }

        init(from decoder: any Decoder) throws {
            tape = try TapeConfiguration(from: decoder)
            speed = try decoder.container(keyedBy: Keys.self).decodeIfPresent(Ratio.self, forKey: .speed)
        }
    }

    private var reader: TapeReader
    private let lockstep: Bool
    private let speed: Ratio
    private var start: (tape: Timestamp, wall: Timestamp)?

    init(settings: Settings, lockstep: Bool) throws {
        speed = settings.speed ?? .one
        guard speed.isPositive else { throw SettingsError("speed is above zero, not \(speed)") }
        reader = try TapeReader(settings.tape)
        self.lockstep = lockstep
    }

    func next() throws -> MarketUpdate? {
        guard let update = try reader.next() else { return nil }
        guard !lockstep else { return update }
        let start = start ?? (update.at, wallClock())
        self.start = start
        let passed = Int64(Int128((update.at - start.tape).nanoseconds) * Int128(Ratio.scale) / Int128(speed.units))
        let due = start.wall + TimeSpan(nanoseconds: passed)
        return update.shifted(by: due - update.at)
    }
}
