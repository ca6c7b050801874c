import Foundation
import Testing

/// The loop routes; whoever remembers something for it has it for itself.
@Suite("what the live loop remembers has owners")
struct LiveNodeTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Node")

    private func code(_ path: String) throws -> String {
        SwiftText.code(of: try String(contentsOf: folder.appending(path: path), encoding: .utf8))
    }

    /// Lines that declare a stored variable of a type, one indentation deep.
    private func stored(_ code: String) -> [Substring] {
        code.split(separator: "\n").filter {
            $0.contains(/^    (?! )[a-z() ]*\bvar \w+/) && !$0.hasSuffix("{") && !$0.contains(" { ")
        }
    }

    @Test(
        "their state is private",
        arguments: [
            "InputQueue", "LogThrottle", "ToldOnce", "Hosted/HostedPlugins", "Broker/BrokerChannel",
            "Configuration/ConfigurationWatcher",
            "Control/ControlServer", "Cycles/CurrentCycle", "Cycles/CycleScheduler", "Cycles/EvaluationRound",
            "Processes/ProcessTable", "Sessions/RemotePeers", "Sessions/SessionTable",
        ])
    func owners(file: String) throws {
        let code = try code(file + ".swift")
        let type = try #require(code.range(of: "struct \(file.split(separator: "/").last ?? "") {"))
        // Private types of the same file come after it, at the margin.
        let body = code[type.upperBound...]
        let end = body.range(of: "\n}\n")?.lowerBound ?? body.endIndex
        let variables = stored(String(body[..<end]))
        #expect(!variables.isEmpty, "nothing was found where something is")
        for line in variables { #expect(line.contains("private"), "\(file): \(line)") }
    }

    @Test("the loop's own variables are its owners, and few")
    func loop() throws {
        let variables = stored(try code("LiveNode.swift"))
        #expect((10...16).contains(variables.count), "\(variables)")
    }
}
