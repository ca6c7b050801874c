/// Why a run ended.
package enum RunEnd: Equatable, CustomStringConvertible {
    case cyclesDone
    case tapeEnded
    case signal(Int32)
    case providerLost(String)
    /// A plugin does not start with the settings that it was given.
    case settingsRefused(String)

    /// The run could not do what it was asked for.
    package var isFailure: Bool {
        switch self {
        case .cyclesDone, .tapeEnded, .signal: false
        case .providerLost, .settingsRefused: true
        }
    }

    package var description: String {
        switch self {
        case .cyclesDone: "the cycles that were asked for are done"
        case .tapeEnded: "end of data"
        case .signal(let number): number == 2 ? "interrupted" : "asked to stop by signal \(number)"
        case .providerLost(let why): "the data provider was lost: \(why)"
        case .settingsRefused(let why): why
        }
    }
}
