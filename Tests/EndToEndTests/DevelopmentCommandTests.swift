import Foundation
import TestSupport
import Testing

/// `simulate`, `check` and `new` are commands of `bigbrother` that another program carries out.
@Suite("The program beside the one that trades", .blocking)
struct DevelopmentCommandTests {
    @Test("its commands are reached through bigbrother, with their options, output and exit codes")
    func reached() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let storm = try programs.run(["simulate", "--seed", "1", "--scenarios", "1"])
        #expect(storm.code == 0 && storm.output.hasPrefix("scenarios   1, 0 failed"), "\(storm)")
        let folder = programs.folder.appendingPathComponent("gap-guard").path
        let made = try programs.run(["new", "policy", "gap-guard", "--language", "python", "--folder", folder])
        #expect(made.code == 0 && made.output.hasPrefix("Made \(folder)"), "\(made)")
        let again = try programs.run(["new", "policy", "gap-guard", "--language", "python", "--folder", folder])
        #expect(again.code == 2 && again.errors.hasPrefix("bigbrother: "), "\(again)")
        let checked = try programs.run(["check", folder, "--only", "life.hello"])
        #expect(checked.code == 0 && checked.output.contains("gap-guard"), "\(checked)")
        let help = try programs.run(["check", "--help"])
        #expect(help.code == 0 && help.output.contains("USAGE: bigbrother check <plugin>"), "\(help)")
        let odd = try programs.run(["simulate", "--without", "rain"])
        #expect(odd.code == 64 && odd.errors.contains("\"rain\" is no kind of fault"), "\(odd)")
    }

    @Test("where it is not built, the command that builds it is named")
    func notBuilt() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let folder = programs.folder.appendingPathComponent("release")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let lonely = folder.appendingPathComponent("bigbrother")
        try FileManager.default.copyItem(at: Programs.binaries.appendingPathComponent("bigbrother"), to: lonely)
        let errors = Pipe()
        let process = try Process.startJustWritten {
            let process = programs.process(["simulate"], program: lonely.path).0
            process.standardError = errors
            return process
        }
        let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(words.contains("build it: swift build -c release --product bigbrother-dev"), "\(words)")
    }
}
