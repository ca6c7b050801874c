/// One rule of the protocol, and how it is tried on a plugin.
///
/// 1. A check that does not apply says why; none is left out silently.
/// 2. Each begins with an empty state folder and, where the kit starts the plugin, with a process of its own.
/// 3. What it waits for is a message or the end of a process; a time is a limit and never a pause.
package struct Check: Sendable {
    /// Such as `policy.same-answer`; for reports and `--only`.
    package let name: String
    /// What is right, in one sentence.
    package let rule: String
    /// The heading in proto/PROTOCOL.md under which it stands.
    package let section: String
    /// It ends the plugin's process, or starts another: not to be done to a process that a person has started.
    let needsProcess: Bool
    /// Returns what was seen.
    let run: @Sendable (PluginHarness) throws -> String

    init(
        _ name: String, _ rule: String, in section: String, needsProcess: Bool = false,
        run: @escaping @Sendable (PluginHarness) throws -> String
    ) {
        self.name = name
        self.rule = rule
        self.section = section
        self.needsProcess = needsProcess
        self.run = run
    }
}

/// What came of a check.
package enum Verdict: Equatable {
    case passed(seen: String)
    case failed(seen: String)
    case doesNotApply(why: String)

    package var word: String {
        switch self {
        case .passed: "pass"
        case .failed: "FAIL"
        case .doesNotApply: "n/a"
        }
    }

    package var seen: String {
        switch self {
        case .passed(let seen), .failed(let seen): seen
        case .doesNotApply(let why): why
        }
    }

    package var isFailure: Bool { if case .failed = self { true } else { false } }
}

/// The plugin broke the rule that is being tried, or one that holds always.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The plugin has declared nothing that the rule is about.
struct NotApplicable: Error {
    let why: String
    init(_ why: String) { self.why = why }
}

/// The sections of proto/PROTOCOL.md that rules are quoted from.
enum Section {
    static let transport = "Transport"
    static let json = "JSON"
    static let versions = "Versions"
    static let start = "How a plugin is started"
    static let header = "Header"
    static let notUnderstood = "What is not understood"
    static let life = "A plugin's life"
    static let policies = "Policies"
    static let brokers = "Broker adapters"
    static let orders = "The life of an order"
    static let providers = "Providers"
}

/// How long the kit waits, and how much it asks for.
enum Limits {
    /// From the start of a process to its hello.
    static let startMilliseconds: Int64 = 20_000
    /// From a message to its answer, where the message gives no budget.
    static let answerMilliseconds: Int64 = 10_000
    /// What a policy is given for a portfolio of a usual size, as a configuration would.
    static let budgetMilliseconds: Int64 = 2_000
    /// From the core's `drain`, its end, or its refusal to the end of the process.
    static let exitMilliseconds: Int64 = 10_000
    /// Beyond the silence after which a plugin says hello again.
    static let helloAgainMilliseconds: Int64 = 10_000
    /// How long the kit waits for a message that must not come.
    static let quietMilliseconds: Int64 = 300
    /// Of the core that the kit plays; short, so that silence is soon noticed.
    static let heartbeatMilliseconds: Int64 = 200
    /// What it is given for a large one.
    static let hugeBudgetMilliseconds: Int64 = 5_000
    /// Positions of a large portfolio.
    static let hugePositions = 1_000
    /// Bars of one period in a portfolio, all its symbols together.
    static let bars: Int64 = 20_000
    /// Questions that are sent at once.
    static let burst = 40
    /// Wrong settings that are tried one after the other while it runs.
    static let wrongSettings = 12
    /// Market updates that a provider is asked for.
    static let updates = 3_000
    /// The longest that one check may read a tape.
    static let tapeMilliseconds: Int64 = 30_000
    /// How long a provider is listened to in real time.
    static let realTimeMilliseconds: Int64 = 1_500
    /// How far its clock may be ahead of ours, and how old its news may be.
    static let clockMilliseconds: Int64 = 100
    static let staleMilliseconds: Int64 = 5_000
    /// How long a message of a process that has ended may be on its way.
    static let lastWordMilliseconds: Int64 = 500
    /// The last lines of a plugin's output that a failure repeats.
    static let lastWords = 3
    /// Characters of a plugin's answer that a failure repeats.
    static let quoted = 240
}
