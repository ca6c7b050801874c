// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "BigBrother",
    products: [
        // What a plugin of another package imports; all else is this project's own.
        .library(name: "PluginKit", targets: ["PluginKit", "Trading"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "Trading"),
        .target(name: "Orchestration", dependencies: ["Trading"]),
        .target(name: "Wire", dependencies: ["Trading"]),
        .target(name: "Messaging"),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .target(name: "ZeroMQTransport", dependencies: ["CZeroMQ", "Messaging"]),
        .target(name: "Journal", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Keys", dependencies: ["Messaging", "ZeroMQTransport", "Wire"]),
        .target(
            name: "SQLiteJournal", dependencies: ["Journal", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "CPosix"),
        .target(name: "Supervision", dependencies: ["CPosix"]),
        .target(
            name: "Node",
            dependencies: [
                "Trading", "Orchestration", "Wire", "Messaging", "Journal", "Supervision",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Simulation",
            dependencies: [
                "Trading", "Orchestration", "Wire", "Messaging", "Journal", "Node",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        .target(
            name: "Configuration",
            dependencies: [
                "Trading", "Orchestration", "Wire", "Messaging", "Node", .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "Console", dependencies: ["Trading", "Orchestration", "Wire", "Node", "Journal", "Simulation"]),
        .target(name: "Scaffold"),
        .target(
            name: "Conformance",
            dependencies: [
                "Trading", "Wire", "Messaging", "ZeroMQTransport", "Supervision", "Node", "Configuration",
            ]),
        .executableTarget(
            name: "bigbrother",
            dependencies: [
                "Conformance", "Scaffold", "Trading", "Orchestration", "Wire", "Messaging", "ZeroMQTransport", "Keys",
                "Journal",
                "SQLiteJournal", "Node",
                "Configuration", "Console", "Simulation", "CPosix",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(
            name: "PaperExchange", dependencies: ["Trading"], path: "Plugins/Brokers/Paper/PaperExchange"),
        .testTarget(name: "PaperExchangeTests", dependencies: ["PaperExchange", "Trading", "Wire"]),
        .target(
            name: "PluginKit",
            dependencies: ["Trading", "Wire", "Messaging", "ZeroMQTransport", "Keys", "CPosix"]),
        .executableTarget(
            name: "policy-trailing-stop", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Kits/swift/examples/trailing-stop", exclude: ["plugin.json", "demo.yaml"]),
        .executableTarget(
            name: "policy-stop-loss", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/StopLoss", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-partial-profit", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/PartialProfit", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-take-profit", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/TakeProfit", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-portfolio-risk", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/PortfolioRisk", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-time-stop", dependencies: ["PluginKit", "Trading", "Wire"],
            path: "Plugins/Policies/TimeStop", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-exit-rules", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/ExitRules", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-emergency", dependencies: ["PluginKit", "Trading", "Wire"],
            path: "Plugins/Policies/Emergency", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-entries", dependencies: ["PluginKit", "Trading"],
            path: "Plugins/Policies/Entries", exclude: ["plugin.json", "README.md"]),
        .executableTarget(
            name: "policy-regime", dependencies: ["PluginKit", "Trading", "Wire"],
            path: "Plugins/Policies/Regime", exclude: ["plugin.json", "README.md"]),
        .target(
            name: "PaperAdapter", dependencies: ["PluginKit", "PaperExchange", "Trading", "Wire"],
            path: "Plugins/Brokers/Paper/PaperAdapter"),
        .executableTarget(
            name: "broker-paper", dependencies: ["PluginKit", "PaperAdapter"], path: "Plugins/Brokers/Paper/Adapter"),
        .executableTarget(
            name: "broker-paper-plain", dependencies: ["PluginKit", "PaperAdapter", "PaperExchange", "Trading"],
            path: "Plugins/Brokers/PaperPlain/Adapter"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "TapeReader", dependencies: ["Trading", "CZlib"], path: "Plugins/Providers/Tape/TapeReader"),
        .executableTarget(
            name: "provider-tape", dependencies: ["PluginKit", "TapeReader", "Trading"],
            path: "Plugins/Providers/Tape/Provider"),
        .testTarget(name: "TapeReaderTests", dependencies: ["TapeReader", "Trading", "CZlib"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "bigbrother", "broker-paper", "broker-paper-plain", "PaperAdapter", "provider-tape", "policy-stop-loss",
                "policy-partial-profit",
                "policy-take-profit", "policy-portfolio-risk", "policy-time-stop", "policy-exit-rules",
                "policy-emergency",
                "policy-entries", "policy-regime", "policy-reenter", "PaperExchange", "Trading", "Wire",
                "Journal", "SQLiteJournal", "Node", "Orchestration", .product(name: "Crypto", package: "swift-crypto"),
            ], exclude: ["Plugins"]),
        .executableTarget(
            name: "policy-reenter", dependencies: ["PluginKit", "Trading"],
            path: "Tests/EndToEndTests/Plugins/reenter", exclude: ["plugin.json"]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Conformance", "Scaffold", "Wire", "broker-paper", "provider-tape", "policy-stop-loss",
                "policy-partial-profit",
                "policy-take-profit", "policy-portfolio-risk", "policy-time-stop", "policy-exit-rules",
                "policy-emergency", "policy-entries", "policy-regime",
            ], exclude: ["Broken"]),
        .testTarget(name: "JournalTests", dependencies: ["Journal"]),
        .executableTarget(
            name: "journal-torture", dependencies: ["Journal", "SQLiteJournal"],
            path: "Tests/SQLiteJournalTests/Torture"),
        .testTarget(
            name: "SQLiteJournalTests",
            dependencies: [
                "Journal", "SQLiteJournal", "journal-torture", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["Torture"]),
        .executableTarget(
            name: "wire-judge", dependencies: ["Wire", "Trading", "Orchestration"], path: "Tests/ProtocolTests/Judge"),
        .executableTarget(
            name: "bench-bare", dependencies: ["Trading", "Wire", "Messaging", "ZeroMQTransport", "Keys"],
            path: "Tests/Benchmarks/Bare"),
        .testTarget(
            name: "ProtocolTests",
            dependencies: [
                "Wire", "Trading", "Orchestration", "wire-judge", .product(name: "Crypto", package: "swift-crypto"),
            ], exclude: ["Judge"]),
        .testTarget(
            name: "PolicyTests",
            dependencies: [
                "Trading", "Wire", "PluginKit", "policy-stop-loss", "policy-partial-profit", "policy-take-profit",
                "policy-portfolio-risk", "policy-time-stop", "policy-exit-rules", "policy-emergency",
                "policy-entries", "policy-regime",
            ]),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "Node", "Orchestration", "Trading", "Wire"]),
        .testTarget(name: "SupervisionTests", dependencies: ["Supervision"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging"]),
        .testTarget(name: "ZeroMQTransportTests", dependencies: ["ZeroMQTransport", "Messaging", "CZeroMQ"]),
        .testTarget(name: "KeysTests", dependencies: ["Keys", "Messaging"]),
        .testTarget(name: "TradingTests", dependencies: ["Trading"], exclude: ["Vectors", "Frozen"]),
        .testTarget(name: "ArchitectureTests", path: "Tests/ArchitectureTests"),
        .target(
            name: "CoreTestSupport", dependencies: ["Trading", "Orchestration"],
            path: "Tests/OrchestrationTests/Support"),
        .testTarget(
            name: "OrchestrationTests", dependencies: ["Orchestration", "Trading", "CoreTestSupport", "Simulation"],
            exclude: ["Support", "Indicators/vectors.json", "Indicators/make_vectors.py"]),
        .testTarget(name: "ScenarioTests", dependencies: ["Orchestration", "Trading", "CoreTestSupport"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "Orchestration", "Trading", "Node", "CoreTestSupport"]),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", "Node", "Orchestration", "Trading", "Wire", "Journal", "CoreTestSupport"]),
        .target(
            name: "ShellRig", dependencies: ["Node", "Orchestration", "Trading", "Wire", "Messaging", "Journal"],
            path: "Tests/NodeTests/Rig"),
        .executableTarget(
            name: "shell-fuzz",
            dependencies: [
                "ShellRig", "CoreTestSupport", "Node", "Orchestration", "Trading", "Wire", "Messaging", "Journal",
            ], path: "Tests/NodeTests/Fuzz"),
        .testTarget(
            name: "NodeTests",
            dependencies: [
                "Node", "Orchestration", "Trading", "Wire", "Messaging", "Journal", "CoreTestSupport", "ShellRig",
                "shell-fuzz",
            ], exclude: ["Rig", "Fuzz"]),
    ]
)
