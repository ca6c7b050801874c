// swift-tools-version: 6.2
import PackageDescription

// MARK: - Words of this file

typealias Dependency = Target.Dependency

let argumentParser = Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Dependency.product(name: "HeapModule", package: "swift-collections")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket"].map { Dependency.product(name: $0, package: "swift-nio") }
let yams = Dependency.product(name: "Yams", package: "Yams")

/// A module of `Sources`.
func module(_ name: String, _ dependencies: Dependency...) -> Target { .target(name: name, dependencies: dependencies) }

/// A C library of Debian.
func system(_ name: String, _ package: String) -> Target { .systemLibrary(name: name, providers: [.apt([package])]) }

/// A policy in Swift, `Plugins/Policies/StopLoss`: the program `policy-stop-loss`, which is the library `StopLoss` in a process.
func policy(_ folder: String, _ more: Dependency...) -> [Target] {
    let words = folder.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    return plugin(
        folder, "Policies/" + folder, exclude: ["plugin.json", "README.md", "Program"],
        program: "policy" + words, "Policies/\(folder)/Program", ["PluginKit", "Trading"] + more)
}

/// A plugin in Swift: a library, which a back-test calls, and the program that runs it in a process.
func plugin(
    _ library: String, _ path: String, exclude: [String] = [], program: String, _ programPath: String,
    _ dependencies: [Dependency]
) -> [Target] {
    [
        .target(name: library, dependencies: dependencies, path: "Plugins/" + path, exclude: exclude),
        .executableTarget(
            name: program, dependencies: ["PluginKit", .byName(name: library)], path: "Plugins/" + programPath),
    ]
}

/// Another part of a plugin: a library, or its program.
func part(_ name: String, _ path: String, _ dependencies: Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, path: "Plugins/" + path)
}

func program(_ name: String, _ path: String, exclude: [String] = [], _ dependencies: Dependency...) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, exclude: exclude)
}

/// The tests in `Tests/NAME`. What is excluded are data, and programs of their own.
func tests(
    _ name: String, exclude: [String] = [], _ dependencies: Dependency..., and more: [Dependency] = []
) -> Target {
    .testTarget(name: name, dependencies: ["TestSupport"] + dependencies + more, exclude: exclude)
}

/// What only the tests use and what is no test.
func support(_ name: String, _ path: String, _ dependencies: Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/" + path)
}

let policies: [Dependency] = [
    "policy-stop-loss", "policy-partial-profit", "policy-take-profit", "policy-portfolio-risk", "policy-time-stop",
    "policy-exit-rules", "policy-emergency", "policy-entries", "policy-regime", "policy-trading-hours",
]

let policyLibraries: [Dependency] = [
    "StopLoss", "PartialProfit", "TakeProfit", "PortfolioRisk", "TimeStop", "ExitRules", "Emergency", "Entries",
    "Regime", "TradingHours",
]

// MARK: - The package

let core: [Target] = [
    module("Trading"),
    module("Orchestration", "Trading"),
    module("Wording", "JSON", "Orchestration", "Trading"),
    module("JSON"),
    module("Wire", "JSON", "Trading"),
    module("SystemTime"),
    module("FileTrust"),
    module("Messaging"),
    system("CZeroMQ", "libzmq3-dev"),
    module("ZeroMQTransport", "CPosix", "CZeroMQ", "Messaging", "SystemTime"),
    module("Keys", "Messaging", "ZeroMQTransport", "Wire"),
    system("CCurl", "libcurl4-openssl-dev"),
    system("COpenSSL", "libssl-dev"),
    system("CZlib", "zlib1g-dev"),
    module("Journal", "COpenSSL"),
    module("SQLiteJournal", "CZlib", "FileTrust", "Journal", grdb),
    module("CPosix"),
    module("Supervision", "CPosix", "SystemTime"),
    module("Node", "Trading", "Orchestration", "Wording", "JSON", "Wire", "Messaging", "Journal", "Supervision"),
    module(
        "Configuration", "FileTrust", "Trading", "Orchestration", "Wording", "JSON", "Wire", "Messaging", "Node",
        "Supervision", yams),
    module("Setup", "Configuration", "JSON", "Keys", "Orchestration", "Trading", "Wire"),
    module("Reporting", "Trading", "Orchestration"),
    module("Console", "Trading", "Orchestration", "Reporting", "Wording", "Wire", "Node", "Journal"),
    module(
        "CommandSupport", "Configuration", "CPosix", "Journal", "Messaging", "Node", "SystemTime", "Trading", "Wire",
        argumentParser),
    program(
        "bigbrother", "Sources/bigbrother", "Trading", "Orchestration", "Wording", "Wire", "Messaging",
        "ZeroMQTransport", "Keys", "FileTrust",
        "Journal", "SQLiteJournal", "Node", "Configuration", "Console", "Reporting", "CommandSupport", "CPosix", "JSON",
        "Setup",
        "Supervision", argumentParser),
]

// What those need who write plugins or change the core: simulate, check, new. It is no part of what trades.
let development: [Target] = [
    module("SeededRandom"),
    module("JournalTesting", "Journal"),
    module(
        "Simulation", "SeededRandom", "Trading", "Orchestration", "Wording", "Wire", "Messaging", "Journal",
        "JournalTesting",
        "Node", heap),
    .target(name: "Scaffold", resources: [.embedInCode("Templates")]),
    module(
        "Conformance", "Trading", "JSON", "Wire", "Messaging", "SystemTime", "ZeroMQTransport", "Supervision", "Node",
        "Configuration"),
    program(
        "bigbrother-dev", "Sources/bigbrother-dev", "Conformance", "Scaffold", "Simulation", "Configuration",
        "CommandSupport", "Trading", "Wire", argumentParser),
]

let plugins: [Target] = [
    module("PluginKit", "Trading", "JSON", "Wire", "Messaging", "SystemTime", "ZeroMQTransport", "Keys", "CPosix"),
    module("PluginTesting", "PluginKit", "Trading", "JSON", "Wire"),
    part("PaperExchange", "Brokers/Paper/PaperExchange", "SeededRandom", "Trading"),
    part("PaperAdapter", "Brokers/Paper/PaperAdapter", "PluginKit", "PaperExchange", "Trading", "Wire"),
    program("broker-paper", "Plugins/Brokers/Paper/Adapter", "PluginKit", "PaperAdapter"),
    part("AlpacaAPI", "Brokers/Alpaca/AlpacaAPI", "JSON", "Trading"),
    part("AlpacaAdapter", "Brokers/Alpaca/AlpacaAdapter", "AlpacaAPI", "JSON", "Trading"),
    part(
        "AlpacaTransport", "Brokers/Alpaca/AlpacaTransport", "AlpacaAPI", "CCurl", "COpenSSL", "CPosix", "SystemTime"),
    part(
        "AlpacaDriver", "Brokers/Alpaca/AlpacaDriver", "AlpacaAPI", "AlpacaAdapter", "AlpacaKeys", "AlpacaTransport",
        "JSON",
        "PluginKit", "Trading", "Wire", grdb),
    program("broker-alpaca", "Plugins/Brokers/Alpaca/Program", "AlpacaDriver", "PluginKit"),
    part("AlpacaKeys", "Brokers/Alpaca/AlpacaKeys", "AlpacaAPI", "FileTrust", "PluginKit"),
    part("AlpacaMarketData", "Providers/AlpacaData/AlpacaMarketData", "AlpacaAPI", "Trading"),
    part(
        "AlpacaDataProvider", "Providers/AlpacaData/Provider", "AlpacaAPI", "AlpacaKeys", "AlpacaMarketData",
        "AlpacaTransport", "PluginKit", "Trading"),
    program("provider-alpaca-data", "Plugins/Providers/AlpacaData/Program", "AlpacaDataProvider", "PluginKit"),
    part("TapeReader", "Providers/Tape/TapeReader", "Trading", "CZlib"),
    program(
        "policy-trailing-stop", "Plugins/Kits/swift/examples/trailing-stop", exclude: ["plugin.json", "demo.yaml"],
        "PluginKit", "Trading"),
]

let shipped: [Target] =
    [
        policy("StopLoss"), policy("PartialProfit"), policy("TakeProfit"), policy("PortfolioRisk"),
        policy("TimeStop", "Wire"), policy("ExitRules"), policy("Emergency", "Wire"), policy("Entries"),
        policy("Regime", "Wire"), policy("TradingHours", "Wire"),
        plugin(
            "PlainPaperAdapter", "Brokers/PaperPlain/Adapter", program: "broker-paper-plain",
            "Brokers/PaperPlain/Program", ["PluginKit", "PaperAdapter", "PaperExchange", "Trading"]),
        plugin(
            "TapeProvider", "Providers/Tape/Provider", program: "provider-tape", "Providers/Tape/Program",
            ["PluginKit", "TapeReader", "Trading"]),
    ].flatMap { $0 }

// Back-tests: the same core, policies, venue and tape, called inside one process. It is no part of what trades.
let backtests: [Target] = [
    module("Hosting", "JSON", "Node", "PluginKit", "Trading", "Wire"),
    module(
        "ShippedPlugins", "Hosting", "Node", "PaperAdapter", "PlainPaperAdapter", "TapeProvider", "StopLoss",
        "PartialProfit", "TakeProfit", "PortfolioRisk", "TimeStop", "ExitRules", "Emergency", "Entries", "Regime",
        "TradingHours"),
    module(
        "Backtesting", "Configuration", "Console", "Hosting", "JSON", "Journal", "Keys", "Messaging", "Node",
        "Orchestration", "Reporting", "SQLiteJournal", "Trading", "Wire", "Wording", "ZeroMQTransport"),
    program(
        "bigbrother-backtest", "Sources/bigbrother-backtest", "Backtesting", "ShippedPlugins", "CommandSupport",
        "Configuration", "Console", "Journal", "Node", "Orchestration", "SQLiteJournal", "TapeReader", "Trading",
        "Wire",
        argumentParser),
]

// What `scripts/run` and `scripts/bench --peers` build, by `swift build --target`: the programs that the demonstration starts, with a
// configuration of one's own all that it may name, and those of the run against other engines.
let buildSets: [Target] = [
    .target(
        name: "Demonstration",
        dependencies: [
            "bigbrother", "broker-paper", "provider-tape", "policy-stop-loss", "policy-partial-profit",
            "policy-take-profit", "policy-portfolio-risk",
        ], path: "Sources/BuildSets/Demonstration"),
    .target(
        name: "EveryPlugin",
        dependencies: [
            "Demonstration", "broker-alpaca", "broker-paper-plain", "policy-emergency", "policy-entries",
            "policy-exit-rules", "policy-regime", "policy-time-stop", "policy-trading-hours", "provider-alpaca-data",
        ], path: "Sources/BuildSets/EveryPlugin"),
    .target(
        name: "PeerRun",
        dependencies: [
            "bench-hosted", "broker-paper", "provider-tape", "policy-enter-again", "policy-stop-loss",
            "policy-partial-profit",
        ], path: "Sources/BuildSets/PeerRun"),
]

// Venues that speak a broker's own protocol, to try a client of it offline. Nothing else imports them, or the network library.
let venues: [Target] = [
    part(
        "AlpacaVenue", "Venues/Alpaca/AlpacaVenue", "AlpacaAPI", "JSON", "PaperExchange", "SeededRandom", "Trading"),
    .executableTarget(
        name: "alpaca-venue",
        dependencies: ["AlpacaAPI", "AlpacaVenue", "JSON", "SystemTime", "TapeReader", "Trading", argumentParser] + nio,
        path: "Plugins/Venues/Alpaca/Program"),
]

let testTargets: [Target] = [
    support("TestSupport", "Support"),
    tests("ArchitectureTests"),
    tests("TradingTests", exclude: ["Vectors", "Frozen"], "SeededRandom", "Trading"),
    tests("JSONTests", "JSON", "SeededRandom"),
    tests("WireTests", "JSON", "SeededRandom", "Wire"),
    tests("SeededRandomTests", "SeededRandom"),
    program("wire-judge", "Tests/ProtocolTests/Judge", "JSON", "Wire", "Trading", "Orchestration"),
    tests(
        "ProtocolTests", exclude: ["Judge"], "JSON", "Wire", "Trading", "Orchestration", "Wording", "Journal",
        "wire-judge"),
    support("CoreTestSupport", "OrchestrationTests/Support", "Trading", "Orchestration"),
    tests(
        "OrchestrationTests", exclude: ["Support", "Indicators/vectors.json", "Indicators/make_vectors.py"],
        "Orchestration", "SeededRandom", "Trading", "CoreTestSupport", "Simulation"),
    tests("WordingTests", exclude: ["words.txt"], "Wording", "Orchestration", "Trading", "Wire", "CoreTestSupport"),
    tests("ScenarioTests", "Orchestration", "Trading", "CoreTestSupport"),
    tests("SimulationTests", "Simulation", "Orchestration", "Trading", "Node", "CoreTestSupport"),
    tests("MessagingTests", "Messaging"),
    tests("ZeroMQTransportTests", "ZeroMQTransport", "Messaging", "SystemTime", "CPosix", "CZeroMQ"),
    tests("KeysTests", "Keys", "Messaging"),
    tests("JournalTests", "Journal"),
    tests("JournalTestingTests", "JournalTesting", "Journal"),
    program("journal-torture", "Tests/SQLiteJournalTests/Torture", "Journal", "SeededRandom", "SQLiteJournal"),
    tests(
        "SQLiteJournalTests", exclude: ["Torture"], "CZlib", "Journal", "JournalTesting", "SQLiteJournal",
        "journal-torture", grdb),
    tests("SupervisionTests", "Supervision"),
    support(
        "NodeRig", "NodeTests/Rig", "Node", "Orchestration", "Trading", "Wire", "Messaging", "Journal"),
    program(
        "node-fuzz", "Tests/NodeTests/Fuzz", "NodeRig", "CoreTestSupport", "Node", "Orchestration", "SeededRandom",
        "Trading", "JSON", "Wire", "Messaging", "Journal", "JournalTesting"),
    tests(
        "NodeTests", exclude: ["Rig", "Fuzz"], "Node", "Orchestration", "Trading", "JSON", "Wire", "Messaging",
        "Journal", "JournalTesting", "CoreTestSupport", "NodeRig", "node-fuzz"),
    tests(
        "UpgradeTests", exclude: ["Frozen", "Shapes"], "Journal", "JournalTesting", "SQLiteJournal", "Node", "Console",
        "Orchestration",
        "Trading", "Wire", grdb),
    tests("ConfigurationTests", "Configuration", "Node", "Orchestration", "Trading", "JSON", "Wire", "Wording"),
    tests("SetupTests", "Configuration", "JSON", "Setup", "Trading", "Wire"),
    tests(
        "ConsoleTests", "Console", "CommandSupport", "Node", "Orchestration", "Reporting", "Wording", "Trading", "Wire",
        "Journal",
        "JournalTesting", "CoreTestSupport"),
    tests("BacktestingTests", "Backtesting", "Configuration", "JSON", "Orchestration", "Trading"),
    tests("ReportingTests", "Orchestration", "Reporting", "SeededRandom", "Trading", "CoreTestSupport"),
    tests("PluginTestingTests", "PluginTesting", "PluginKit", "JSON", "Trading", "Wire"),
    tests("PolicyTests", "Trading", "JSON", "Wire", "PluginKit", "PluginTesting", and: policyLibraries),
    tests("PaperExchangeTests", "PaperExchange", "SeededRandom", "Trading", "Wire"),
    tests("AlpacaAPITests", "AlpacaAPI", "JSON", "SeededRandom", "Trading"),
    tests(
        "AlpacaAdapterTests", "AlpacaAPI", "AlpacaAdapter", "AlpacaVenue", "JSON", "PaperExchange", "SeededRandom",
        "Simulation",
        "Trading"),
    tests(
        "AlpacaVenueTests", exclude: ["Clients"], "AlpacaAPI", "AlpacaVenue", "JSON", "PaperExchange", "SeededRandom",
        "Trading"),
    tests("AlpacaDriverTests", "AlpacaAPI", "AlpacaAdapter", "AlpacaDriver", "PluginKit", "Trading", grdb),
    tests(
        "AlpacaTransportTests", exclude: ["server.py"], "AlpacaAPI", "AlpacaTransport", "CPosix"),
    tests("AlpacaMarketDataTests", "AlpacaAPI", "AlpacaMarketData", "JSON", "Trading"),
    tests("TapeReaderTests", "TapeReader", "Trading", "CZlib"),
    tests(
        "ConformanceTests", exclude: ["Broken"], "Conformance", "Scaffold", "Trading", "JSON", "Wire", "Messaging",
        "ZeroMQTransport", "broker-paper", "provider-tape", and: policies),
    program(
        "policy-reenter", "Tests/EndToEndTests/Plugins/reenter", exclude: ["plugin.json"], "PluginKit", "Trading"),
    tests(
        "EndToEndTests", exclude: ["Plugins", "Probes"], "bigbrother", "bigbrother-backtest", "bigbrother-dev",
        "broker-alpaca", "broker-paper",
        "broker-paper-plain",
        "provider-alpaca-data", "provider-tape", "policy-reenter", "AlpacaDataProvider", "AlpacaDriver", "JSON",
        "PaperAdapter",
        "PaperExchange", "PluginKit", "SeededRandom", "Trading", "Wire",
        "Journal", "SQLiteJournal", "Node", "Orchestration", and: policies),
    program("bench-bare", "Tests/Benchmarks/Bare", "Trading", "Wire", "Messaging", "ZeroMQTransport", "Keys"),
    program(
        "bench-core", "Tests/Benchmarks/Core", "Trading", "Orchestration", "Wire", "Node", "Journal", "SQLiteJournal"),
    .target(
        name: "EnterAgain", dependencies: ["PluginKit", "Trading"], path: "Tests/Benchmarks/EnterAgain",
        exclude: ["plugin.json", "Program"]),
    program("policy-enter-again", "Tests/Benchmarks/EnterAgain/Program", "PluginKit", "EnterAgain"),
    program(
        "bench-hosted", "Tests/Benchmarks/Hosted", "Backtesting", "CommandSupport", "EnterAgain", "Hosting",
        "ShippedPlugins", "Trading", "Wire"),
]

let package = Package(
    name: "BigBrother",
    products: [
        // What a plugin of another package imports; all else is this project's own.
        .library(name: "PluginKit", targets: ["PluginKit", "Trading"]),
        .library(name: "PluginTesting", targets: ["PluginTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: core + development + plugins + shipped + backtests + venues + buildSets + testTargets
)

// MARK: - One strictness for all

for target in package.targets where target.type != .system {
    var settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]
    // A warning is an error, but not one that only a compiler of tomorrow knows: the project still builds there.
    #if compiler(<6.4)
        settings.append(.treatAllWarnings(as: .error))
        if target.name == "CPosix" { target.cSettings = [.treatAllWarnings(as: .error)] }
    #endif
    target.swiftSettings = settings
}
