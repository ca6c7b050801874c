import Orchestration
import Trading

/// How far a question looks back: the same forms in every command that takes `--since`.
package enum Since: Sendable, Hashable {
    case time(Timestamp)
    /// Before the journal's end.
    case last(TimeSpan)

    /// `2026-03-16T14:00:00Z`, `2026-03-16`, `90s`, `10m`, `2h`, `3d`; nil for anything else.
    package init?(_ text: String) {
        if let time = Timestamp(rfc3339: text) {
            self = .time(time)
            return
        }
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int64(text.dropLast()), count > 0,
            count <= 100_000
        else { return nil }
        self = .last(.seconds(count * unit))
    }

    package static let anHour = Since.last(.seconds(3_600))

    package func start(before end: Timestamp) -> Timestamp {
        switch self {
        case .time(let time): time
        case .last(let span): Timestamp(nanoseconds: end.nanoseconds - span.nanoseconds)
        }
    }
}
