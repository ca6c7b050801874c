import JSON
import Messaging
import Orchestration
import Trading
import Wire

/// Time as the shell needs it: the wall's for what happens, and one that never jumps for waiting.
package protocol Clock {
    var wall: Timestamp { get }
    var monotonicNanoseconds: Int64 { get }
}

/// The wall's time that never goes back: after a backward jump it goes on with the clock that cannot jump, so that no
/// deadline of the core stands still. A forward jump is named, so that no deadline of the core has passed by it.
struct RealTime {
    private var anchor: (time: Timestamp, nanoseconds: Int64)
    private var jump = TimeSpan.zero
    /// Less is the ordinary correction of a clock.
    private static let tolerance = TimeSpan.milliseconds(100)

    init(_ clock: any Clock, notBefore earliest: Timestamp) {
        anchor = (max(clock.wall, earliest), clock.monotonicNanoseconds)
    }

    mutating func now(_ clock: any Clock) -> Timestamp {
        let nanoseconds = clock.monotonicNanoseconds
        let steady = anchor.time + TimeSpan(nanoseconds: nanoseconds - anchor.nanoseconds)
        let wall = clock.wall
        if wall - steady > Self.tolerance {
            jump = TimeSpan(nanoseconds: jump.nanoseconds + (wall - steady).nanoseconds)
        }
        anchor = (max(steady, wall), nanoseconds)
        return anchor.time
    }

    /// How far the wall's clock has jumped ahead since this was asked last; nil when it has not.
    mutating func consumeJump() -> TimeSpan? {
        defer { jump = .zero }
        return jump > .zero ? jump : nil
    }
}

extension Clock {
    var monotonicMilliseconds: Int64 { monotonicNanoseconds / 1_000_000 }
}

/// A plugin that the configuration names.
package struct PluginSpec {
    package var name: PluginName
    package var role: Role
    package var settings: JSON
    /// How to start it; nil for one that is started elsewhere and dials in.
    package var program: PluginProgram?
    /// Nobody has named it: it lies in a folder that is adopted, and ends no run by what it says.
    package var isAdopted = false

    package init(name: PluginName, role: Role, settings: JSON, program: PluginProgram?) {
        self.name = name
        self.role = role
        self.settings = settings
        self.program = program
    }
}

package struct PluginProgram: Hashable {
    package var executable: String
    package var arguments: [String]
    package var directory: String
    package init(executable: String, arguments: [String], directory: String) {
        self.executable = executable
        self.arguments = arguments
        self.directory = directory
    }
}

package struct ShellOptions {
    package var plugins: [PluginSpec]
    package var core: CoreConfiguration
    /// Time is the tape's: nothing moves before all that the last update caused is done.
    package var lockstep: Bool
    /// End after so many cycles.
    package var maximumCycles: Int64?
    /// End with the tape.
    package var endsWithTape = true
    package var heartbeatMilliseconds: Int64 = 1_000
    /// How long a start waits for all plugins before it goes on without the missing.
    package var startMilliseconds: Int64 = 10_000
    /// How long a stop waits for plugins to say bye.
    package var drainMilliseconds: Int64 = 3_000
    /// Pause between lockstep cycles, so that a person can follow.
    package var paceMilliseconds: Int64 = 0
    package var stateDirectory: String
    /// For crash tests: the process kills itself (SIGKILL) between the commit of this entry and its effects.
    package var dieAfterEntry: Int64?
    /// For crash tests: it kills itself when the broker's first word on this order command comes, before it reads it.
    package var dieBeforeAnswer: Int64?
    /// For crash tests: it kills itself as soon as this stage of a broker's swap is durable.
    package var dieInSwap: String?
    /// What a reload of the configuration never changes, by key, as a person reads it.
    package var fixed: [String: String] = [:]
    /// Who may come from other hosts; nil: nobody.
    package var keys: (any KeyAuthority)?
    /// `NAME=value` for the children.
    package var environment: [String] = []

    package init(plugins: [PluginSpec], core: CoreConfiguration, lockstep: Bool, stateDirectory: String) {
        self.plugins = plugins
        self.core = core
        self.lockstep = lockstep
        self.stateDirectory = stateDirectory
    }
}

/// Watches a run: the terminal, or nobody.
package protocol RunObserver: AnyObject {
    func observe(_ record: Record, state: CoreState)
    /// A line for the log: what the shell itself has to say, and what plugins write.
    func log(_ source: String, _ line: String)
    /// An update of the market was taken in lockstep: what a progress line needs.
    func progress(at time: Timestamp, cycle: Int64)
}

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

/// Figures of a run that no decision depends on.
package struct RunFigures {
    /// From the question to the performed decision, one for each cycle that asked; the first so many.
    package private(set) var cycleMicroseconds: [Int64] = []
    package var lateAnswers = 0
    private static let kept = 100_000

    package init() {}

    mutating func took(_ microseconds: Int64) {
        if cycleMicroseconds.count < Self.kept { cycleMicroseconds.append(microseconds) }
    }

    /// The value that so many of 100 cycles do not exceed; nil without any.
    package func percentile(_ share: Int) -> Int64? {
        guard !cycleMicroseconds.isEmpty else { return nil }
        let sorted = cycleMicroseconds.sorted()
        return sorted[min(sorted.count - 1, sorted.count * share / 100)]
    }
}

/// A command that is durable, on its way to the adapter.
struct BrokerCommand {
    let command: OrderCommand
    /// The core's number of it.
    let number: Int64
    /// As it stands in the journal.
    let body: [UInt8]

    init(_ command: OrderCommand, _ number: Int64, _ body: [UInt8]) {
        self.command = command
        self.number = number
        self.body = body
    }
}
