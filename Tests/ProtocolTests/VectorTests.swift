import Foundation
import JSON
import Journal
import Orchestration
import TestSupport
import Testing
import Trading
import Wire

/// The folder `proto`, from which other people write plugins.
enum Proto {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("proto")

    static func vectors(_ kind: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appendingPathComponent("vectors/\(kind)")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter {
            $0.hasSuffix(".json")
        }.map {
            ($0, [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))))
        }
    }

    /// Reads a body as the programs do: commands strictly, data leniently.
    static func decode(_ type: MessageType, _ bytes: [UInt8]) throws -> any Encodable {
        let codec = MessageCodec()
        return switch type {
        case .hello: try codec.data(Hello.self, bytes)
        case .welcome: try codec.data(Welcome.self, bytes)
        case .configure: try codec.data(Configure.self, bytes)
        case .refused, .drain, .bye, .error: try codec.data(Fault.self, bytes)
        case .ready: try codec.data(Ready.self, bytes)
        case .heartbeat, .done, .advance: try codec.data(Empty.self, bytes)
        case .evaluate: try codec.data(PortfolioSnapshot.self, bytes)
        case .recommendations: try codec.data(Recommendations.self, bytes)
        case .command: try codec.command(OrderCommand.self, bytes)
        case .execution: try codec.command(ExecutionReport.self, bytes)
        case .orderAnswer: try codec.command(OrderAnswer.self, bytes)
        case .brokerState: try codec.command(BrokerState.self, bytes)
        case .cashMovement: try codec.command(CashMovement.self, bytes)
        case .executionCorrection: try codec.command(ExecutionCorrection.self, bytes)
        case .market: try codec.data(MarketUpdate.self, bytes)
        case .history: try codec.data(HistoryRequest.self, bytes)
        case .bars: try codec.data(HistoryBars.self, bytes)
        case .control: try codec.command(ControlRequest.self, bytes)
        case .controlReply: try codec.data(ControlReply.self, bytes)
        case .record: try codec.data(JSON.self, bytes)
        }
    }
}

extension JSON {
    /// What is written for people may be written in other words; it stays text, in its place.
    fileprivate var withoutWords: JSON {
        switch self {
        case .object(let members):
            .object(
                members.map { member in
                    let isText = if case .string = member.value { true } else { false }
                    let isWords = isText && ["words", "text"].contains(member.key)
                    return Member(key: member.key, value: isWords ? .string("") : member.value.withoutWords)
                })
        case .array(let items): .array(items.map(\.withoutWords))
        case .null, .bool, .number, .string: self
        }
    }
}

@Suite("The protocol's golden vectors")
struct VectorTests {
    @Test("every message that the programs send is frozen as a vector, and reads back the same")
    func good() throws {
        let codec = MessageCodec()
        for sample in try Samples.all() {
            let file = Proto.folder.appendingPathComponent("vectors/good/\(sample.name).json")
            let bytes = try codec.encode(sample.body)
            let tree = JSON.object([
                JSON.Member(key: "message", value: .string(sample.type.rawValue)),
                JSON.Member(key: "body", value: try JSONParser.parse(bytes)),
            ])
            if ProcessInfo.processInfo.environment["UPDATE_FROZEN"] == "1" {
                try Data((tree.pretty + "\n").utf8).write(to: file)
            }
            let frozen = try JSONParser.parse([UInt8](try Data(contentsOf: file)))
            #expect(
                frozen.withoutWords == tree.withoutWords, "\(sample.name) has changed: a minor version only adds")
            let body = try #require(frozen["body"]).bytes
            let again = try codec.encode(try Proto.decode(sample.type, body))
            #expect(again == body, "\(sample.name) does not read back the same")
        }
    }

    @Test("every good vector has a sample, and every message has a good vector and a schema")
    func complete() throws {
        let samples = try Samples.all()
        #expect(try Proto.vectors("good").map(\.name) == samples.map { "\($0.name).json" }.sorted())
        for type in MessageType.allCases {
            #expect(samples.contains { $0.type == type }, "no vector for \(type.rawValue)")
            let schema = Proto.folder.appendingPathComponent("schema/\(type.rawValue).schema.json")
            #expect(FileManager.default.fileExists(atPath: schema.path), "no schema for \(type.rawValue)")
        }
    }

    @Test("every bad vector is refused, with its place")
    func bad() throws {
        let vectors = try Proto.vectors("bad")
        #expect(vectors.count >= 40)
        for (name, bytes) in vectors {
            let vector = try JSONParser.parse(bytes)
            guard case .string(let message)? = vector["message"], let type = MessageType(rawValue: message) else {
                Issue.record("\(name) names no message")
                continue
            }
            var body = vector["body"]?.bytes ?? []
            if case .string(let raw)? = vector["raw"] { body = Array(raw.utf8) }
            let error = #expect(throws: WireDecodingError.self, "\(name) was accepted") {
                try Proto.decode(type, body)
            }
            if case .string(let words)? = vector["says"] {
                #expect(
                    error?.description.contains(words) == true,
                    "\(name): says \(error?.description ?? "nothing"), not \(words)")
            }
        }
    }

    @Test(
        "the vectors of a minor stay: each of 1.0 is there as it was, the good are taken, the bad refused",
        arguments: ["1.0"])
    func minor(version: String) throws {
        let list = try String(
            contentsOf: Proto.folder.appendingPathComponent("frozen/\(version)/vectors.sha256"), encoding: .utf8)
        let lines = list.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.count == 118)
        for line in lines {
            let name = String(line[1])
            let data = try #require(
                FileManager.default.contents(atPath: Proto.folder.path + "/" + name), "\(name) of \(version) is gone")
            let hash = ChainHash(digestOf: [UInt8](data)).description
            #expect(hash == line[0], "\(name) of \(version) has changed")
            let vector = try JSONParser.parse([UInt8](data))
            guard case .string(let message)? = vector["message"] else { continue }
            let type = try #require(MessageType(rawValue: message), "\(version) has \(message)")
            var body = vector["body"]?.bytes ?? []
            if case .string(let raw)? = vector["raw"] { body = Array(raw.utf8) }
            if name.hasPrefix("vectors/good") {
                #expect(throws: Never.self, "\(name)") { try Proto.decode(type, body) }
            } else {
                #expect(throws: WireDecodingError.self, "\(name)") { try Proto.decode(type, body) }
            }
        }
    }

    @Test("an independent validator agrees: good vectors fit their schemas, bad ones do not", .blocking)
    func schemas() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Proto.folder.path + "/validate.py"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus == 77 { return print("skipped: \(text)") }
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
