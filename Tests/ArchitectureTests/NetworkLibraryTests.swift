import Foundation
import Testing

/// The network library is for servers that programs are tried against; nothing that trades has it.
@Suite("swift-nio is for venues alone")
struct NetworkLibraryTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("no source outside of Plugins/Venues imports it")
    func imports() throws {
        var importers: Set<String> = []
        for folder in ["Sources", "Plugins", "Tests"] {
            let files = try #require(
                FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                guard text.contains(/(?m)^(@\w+ )?import NIO/) else { continue }
                importers.insert(String(file.path.dropFirst(root.path.count + 1).prefix { $0 != "." }))
            }
        }
        #expect(!importers.isEmpty)
        #expect(importers.allSatisfy { $0.hasPrefix("Plugins/Venues/") }, "\(importers.sorted())")
    }

    @Test("one target has it, and no target depends on that one")
    func targets() throws {
        let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        #expect(text.components(separatedBy: "+ nio").count == 2)
        #expect(text.components(separatedBy: "\"alpaca-venue\"").count == 2)
    }
}
