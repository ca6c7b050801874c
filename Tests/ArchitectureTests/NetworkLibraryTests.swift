import Foundation
import Testing

/// swift-nio is for servers that programs are tried against; nothing that trades has it.
@Suite("network libraries are where they belong")
struct NetworkLibraryTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("no source outside of Plugins/Venues imports it")
    func imports() throws {
        let importers = try importers(of: /(?m)^(@\w+ )?import NIO/)
        #expect(!importers.isEmpty)
        #expect(importers.allSatisfy { $0.hasPrefix("Plugins/Venues/") }, "\(importers.sorted())")
    }

    @Test("libcurl is for what speaks to Alpaca alone")
    func curl() throws {
        let importers = try importers(of: /(?m)^(@\w+ )?import CCurl/)
        #expect(!importers.isEmpty)
        #expect(
            importers.allSatisfy { $0.hasPrefix("Plugins/Brokers/Alpaca/AlpacaTransport/") }, "\(importers.sorted())")
        let users = try self.importers(of: /(?m)^(@\w+ )?import AlpacaTransport/)
        let allowed = ["Plugins/Brokers/Alpaca/", "Plugins/Providers/Alpaca", "Tests/Alpaca"]
        #expect(users.allSatisfy { user in allowed.contains { user.hasPrefix($0) } }, "\(users.sorted())")
    }

    private func importers(of pattern: Regex<(Substring, Substring?)>) throws -> Set<String> {
        var importers: Set<String> = []
        for folder in ["Sources", "Plugins", "Tests"] {
            let files = try #require(
                FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                guard text.contains(pattern) else { continue }
                importers.insert(String(file.path.dropFirst(root.path.count + 1).prefix { $0 != "." }))
            }
        }
        return importers
    }

    @Test("one target has it, and no target depends on that one")
    func targets() throws {
        let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        #expect(text.components(separatedBy: "+ nio").count == 2)
        #expect(text.components(separatedBy: "\"alpaca-venue\"").count == 2)
    }
}
