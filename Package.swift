// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "BigBrother",
    targets: [
        .target(name: "Trading"),
        .target(name: "Orchestration", dependencies: ["Trading"]),
        .target(name: "Wire", dependencies: ["Trading"]),
        .target(name: "Messaging"),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .target(name: "ZeroMQTransport", dependencies: ["CZeroMQ", "Messaging"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging"]),
        .testTarget(name: "ZeroMQTransportTests", dependencies: ["ZeroMQTransport", "Messaging", "CZeroMQ"]),
        .testTarget(name: "TradingTests", dependencies: ["Trading"]),
    ]
)
