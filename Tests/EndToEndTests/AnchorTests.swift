import Foundation
import TestSupport
import Testing

@Suite("An anchor proves a journal", .blocking)
struct AnchorTests {
    @Test("a journal that goes on is that of its anchors; one that was put back, or is another one, is not")
    func anchors() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try programs.shipped("nvda.yaml")
        #expect(try programs.run(["run", "--config", config, "--cycles", "2"]).code == 0)
        let copy = programs.folder.appendingPathComponent("copy.sqlite").path
        try FileManager.default.copyItem(atPath: programs.journal, toPath: copy)
        let anchors = programs.folder.appendingPathComponent("anchors").path
        let verify = ["journal", "verify", "--anchor", anchors]
        #expect(try programs.run(["journal", "anchor", anchors, "--config", config]).code == 0)
        #expect(try programs.run(["run", "--config", config, "--cycles", "2"]).code == 0)
        #expect(try programs.run(["journal", "anchor", anchors, "--config", config]).code == 0)
        let sound = try programs.run(verify + ["--config", config])
        #expect(sound.code == 0 && sound.output.contains("2 anchors"), "\(sound)")

        let shorter = try programs.run(verify + ["--journal", copy])
        #expect(shorter.code == 2 && shorter.errors.contains("it was cut back"), "\(shorter)")
        try FileManager.default.removeItem(atPath: anchors)
        try FileManager.default.createSymbolicLink(atPath: anchors, withDestinationPath: copy)
        #expect(try programs.run(["journal", "anchor", anchors, "--config", config]).code == 2)
    }
}
