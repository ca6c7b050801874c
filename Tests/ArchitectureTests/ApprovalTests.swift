import Foundation
import Testing

/// Approvals are types: what is sent is an `ApprovedCommand`, and only the risk gate makes one.
@Suite("nothing unapproved can be sent")
struct ApprovalTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    private func sources() throws -> [(name: String, code: String)] {
        let all = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
        let files = all.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        try #require(!files.isEmpty)
        return try files.map { ($0.lastPathComponent, SwiftText.code(of: try String(contentsOf: $0, encoding: .utf8))) }
    }

    @Test("an approved command is made in the gate's file alone, by an initialiser that no other file can call")
    func made() throws {
        for (name, code) in try sources() where name != "RiskGate.swift" {
            #expect(!code.contains("ApprovedCommand("), "\(name) makes an ApprovedCommand")
            #expect(
                code.range(of: #"extension\s+ApprovedCommand\b"#, options: .regularExpression) == nil,
                "\(name) extends ApprovedCommand")
        }
        let gate = try #require(try sources().first { $0.name == "RiskGate.swift" }).code
        let body = try #require(
            gate.range(of: #"struct ApprovedCommand: Sendable, Hashable \{[^}]*\}"#, options: .regularExpression),
            "it is not Codable: nothing can be decoded into one")
        let inits = gate[body].components(separatedBy: "init(").count - 1
        #expect(inits == 1)
        #expect(gate[body].contains("fileprivate init("))
        #expect(!gate[body].contains(" var "), "it cannot be changed into another")
    }

    @Test("the effect that is sent takes nothing else")
    func sent() throws {
        let effect = try #require(try sources().first { $0.name == "Effect.swift" }).code
        #expect(effect.contains("case command(ApprovedCommand)"))
        #expect(!effect.contains("OrderCommand"))
    }
}
