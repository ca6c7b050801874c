import Foundation
import Testing

@testable import Console

@Suite("The log has a rate and a size (I-BOUND-5)")
struct LogFileTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)").path

    private func open(mostBytes: Int64 = LogFile.mostBytes) throws -> LogFile {
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        return LogFile(try #require(FileHandle(forWritingAtPath: path)), path: path, mostBytes: mostBytes)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func remove() {
        for name in [path, path + ".1"] where FileManager.default.fileExists(atPath: name) {
            do { try FileManager.default.removeItem(atPath: name) } catch { Issue.record("\(error)") }
        }
    }

    @Test("one that shouts for an hour fills its share; the others are heard, and what was left out is said")
    func rate() throws {
        let log = try open()
        defer { remove() }
        let line = String(repeating: "x", count: 400)
        for second: Int64 in 0..<60 {
            for _ in 0..<1_000 { log.write("loud", line, now: second * 1_000) }
            log.write("quiet", "second \(second)", now: second * 1_000)
        }
        log.write("loud", "at last", now: 600_000)
        let all = try text(path)
        #expect(all.utf8.count < 2 << 20, "\(all.utf8.count)")
        #expect(all.split(separator: "\n").filter { $0.contains(" quiet: ") }.count == 60)
        #expect(all.contains("lines were left out here)") && all.hasSuffix("loud: at last\n"))
    }

    @Test("a full file becomes the one before, and there is one of these")
    func size() throws {
        let log = try open(mostBytes: 10_000)
        defer { remove() }
        for number in 0..<500 { log.write("p", "line \(number)", now: Int64(number) * 1_000) }
        #expect(try text(path).utf8.count <= 10_000 && text(path + ".1").utf8.count <= 10_000)
        #expect(try text(path).hasSuffix("p: line 499\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
