// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "BigBrother",
    targets: [
        .target(name: "Trading"),
        .target(name: "Orchestration", dependencies: ["Trading"]),
        .testTarget(name: "TradingTests", dependencies: ["Trading"]),
    ]
)
