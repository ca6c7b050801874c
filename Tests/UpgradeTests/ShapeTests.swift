import Foundation
import Journal
import Node
import Testing

/// What stands in journals and snapshots has the form that was recorded for its number.
struct ShapeTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let sources = folder.deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Sources")

    enum Subject: String, CaseIterable {
        case state
        case journal

        /// What is coded, with all that belongs to it.
        var roots: [String] {
            switch self {
            case .state: ["CoreState"]
            case .journal:
                [
                    "Input", "Record", "OrderCommand", "PluginSettings", "BrokerEngagement", "EvaluateEntry",
                    "JournalVersion",
                ]
            }
        }

        var number: Int64 {
            switch self {
            case .state: StateFormat.current
            case .journal: JournalFormat.current
            }
        }

        var constant: String {
            switch self {
            case .state: "StateFormat.current in Sources/Node/StateSnapshot.swift"
            case .journal: "JournalFormat.current in Sources/Journal/JournalFormat.swift"
            }
        }
    }

    @Test("whoever changes the coded form raises its number", arguments: Subject.allCases)
    func shape(_ subject: Subject) throws {
        let listing = try Self.declarations().listing(of: subject.roots)
        let file = Self.folder.appending(path: "Shapes/\(subject.rawValue)-\(subject.number).txt")
        // As scripts/freeze-journal asks: `new` for a number that has none, `again` for one that has.
        let isThere = FileManager.default.fileExists(atPath: file.path)
        if let asked = ProcessInfo.processInfo.environment["BIGBROTHER_RECORD_SHAPES"], asked == "again" || !isThere {
            return try Data(listing.utf8).write(to: file)
        }
        let recorded = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let (now, then) = (Self.members(listing), Self.members(recorded))
        let comment = Comment(
            rawValue: """
                The \(subject.rawValue) has another form than was recorded for number \(subject.number).
                gone: \(then.subtracting(now).sorted().joined(separator: "; "))
                new: \(now.subtracting(then).sorted().joined(separator: "; "))
                If a release wrote number \(subject.number): raise \(subject.constant), say it in CHANGELOG.md.
                Then scripts/freeze-journal (with --again if no release wrote the number); docs/journal.md has the steps.
                """)
        let isRecorded = now == then
        #expect(isRecorded, comment)
    }

    @Test("the listing has what is coded, and not what is computed")
    func listing() {
        var declarations = SwiftDeclarations()
        declarations.read(
            """
            package struct A: Codable {
                /// var no: Int
                package internal(set) var b = B()
                private var list: [C.Kind] = []
                var count: Int { list.count }
                static let limit = 3
                func make() { var local = 1 }
            }
            extension A { enum CodingKeys: String, CodingKey { case b = "bee" } }
            struct B: Codable {
                var text: String? // a comment
            }
            struct C {
                enum Kind: String {
                    case first
                    case second(D, why: String)
                }
            }
            struct D {}
            struct Unreached { var no: Int }
            """)
        #expect(
            declarations.listing(of: ["A"]) == """
                A
                    var b = B
                    var list: [C.Kind]
                A.CodingKeys
                    case b = "bee"
                B
                    var text: String?
                C.Kind
                    case first
                    case second(D, why: String)
                D

                """)
    }

    private static func members(_ listing: String) -> Set<String> {
        var type: Substring = ""
        var members: Set<String> = []
        for line in listing.split(whereSeparator: \.isNewline) {
            if line.first != " " { type = line }
            members.insert(line.first == " " ? "\(type): \(line.drop { $0 == " " })" : String(line))
        }
        return members
    }

    private static func declarations() throws -> SwiftDeclarations {
        var declarations = SwiftDeclarations()
        for folder in ["Node", "Orchestration", "Trading", "Wire"] {
            let files = FileManager.default.enumerator(
                at: sources.appending(path: folder), includingPropertiesForKeys: nil)
            for file in (files?.allObjects as? [URL] ?? []).sorted(by: { $0.path < $1.path })
            where file.pathExtension == "swift" {
                declarations.read(try String(contentsOf: file, encoding: .utf8))
            }
        }
        return declarations
    }
}
