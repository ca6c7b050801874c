import Configuration
import Foundation
import JSON
import Testing
import Trading
import Wire

@testable import Setup

/// Gives its answers one after the other, and keeps what it was asked.
final class Script: Terminal {
    private(set) var prompts: [(text: String, isSecret: Bool)] = []
    private(set) var said: [String] = []
    private var answers: [String]

    init(_ answers: String...) { self.answers = answers }

    func say(_ line: String) { said.append(line) }

    func ask(_ prompt: String, isSecret: Bool) -> String? {
        prompts.append((prompt, isSecret))
        return answers.isEmpty ? nil : answers.removeFirst()
    }
}

@Suite("Questions of setting up")
struct InterviewTests {
    private let count = Question<Int>(option: "--count", words: "How many?", usual: "3") { text throws(SetupError) in
        guard let count = Int(text) else { throw SetupError("\(text) is no number") }
        return count
    }

    @Test("an option is the answer, and nobody is asked")
    func option() throws {
        let script = Script()
        #expect(try Interview(script).answer(count, given: "7") == 7)
        #expect(script.prompts.isEmpty)
        #expect(throws: SetupError("--count: x is no number")) { try Interview(script).answer(count, given: "x") }
    }

    @Test("an answer that makes no sense is asked for again, and an empty one is what is usual")
    func again() throws {
        let script = Script("x", "5", "")
        #expect(try Interview(script).answer(count, given: nil) == 5)
        #expect(script.prompts.map(\.text) == ["How many? [3]: ", "How many? [3]: "])
        #expect(script.said == ["  x is no number"])
        #expect(try Interview(script).answer(count, given: nil) == 3)
        #expect(throws: SetupError.interrupted) { try Interview(script).answer(count, given: nil) }
    }

    @Test("without a terminal what is usual holds, and what has no usual answer is named by its option")
    func unattended() throws {
        #expect(try Interview(nil).answer(count, given: nil) == 3)
        let open = Question<String>(option: "--name", words: "Which name?", usual: nil) { text throws(SetupError) in
            text
        }
        #expect(throws: SetupError("--name is missing: which name?")) { try Interview(nil).answer(open, given: nil) }
        #expect(try !Interview(nil).agrees(to: "Go on?"))
    }
}

@Suite("The file of a broker's keys")
struct BrokerKeysTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
    private var path: String { folder.appendingPathComponent("my.keys").path }

    private func keys() throws -> BrokerKeys {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            {"setting": "key_file", "source": "the broker's page", "lines": [
              {"name": "KEY", "what": "key"}, {"name": "SECRET", "what": "secret"}]}
            """
        let keys = try WireDecoder().decode(PluginSetup.Keys.self, from: Array(text.utf8), unknownFields: .refuse)
        return BrokerKeys(keys, path: path)
    }

    private func written() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("keys are asked without being shown, and only their owner can read the file")
    func asked() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = Script("K 1", "K1", "S1")
        #expect(try keys().establish(Interview(script), input: nil) == .written)
        #expect(script.prompts.count == 3 && script.prompts.allSatisfy { $0.isSecret })
        #expect(try written() == "KEY=K1\nSECRET=S1\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test(
        "keys come on standard input where nobody can be asked, and a line that is missing is named without the others")
    func handedOver() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: SetupError.self) { try keys().establish(Interview(nil), input: "KEY=K1-hush\n") }
        #expect(error?.description == "standard input has no line SECRET=..., the secret")
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try keys().establish(Interview(nil), input: "# mine\nSECRET=S=1\nKEY=K1\n") == .written)
        #expect(try written() == "KEY=K1\nSECRET=S=1\n")
    }

    @Test(
        "a file that is there is used as it is: never overwritten, refused where others can read it or a line is missing"
    )
    func kept() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try keys().establish(Interview(nil), input: "KEY=K1\nSECRET=S1\n")
        #expect(try keys().establish(Interview(nil), input: nil) == .wasThere)
        #expect(throws: SetupError.self) { try keys().establish(Interview(nil), input: "KEY=K2\nSECRET=S2\n") }
        #expect(try written() == "KEY=K1\nSECRET=S1\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: (any Error).self) { try keys().establish(Interview(nil), input: nil) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try "KEY=K1\n".write(toFile: path, atomically: false, encoding: .utf8)
        let error = #expect(throws: SetupError.self) { try keys().establish(Interview(nil), input: nil) }
        #expect(error?.description == "\(path) has no line SECRET=...")
    }

    @Test("without a terminal, a file or input nothing is made up")
    func nothing() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: SetupError.self) { try keys().establish(Interview(nil), input: nil) }
        #expect(
            error?.description.contains("--key-file") == true
                && error?.description.contains("--keys-from-input") == true)
    }
}
