import Foundation
import TestSupport
import Testing

private enum Systemd {
    static let verifier = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"].first(
        where: FileManager.default.isExecutableFile)
}

/// The systemd units of docs/hosts.md, as somebody would write them to /etc/systemd/system.
@Suite(
    "The units in docs/hosts.md", .blocking,
    .enabled(if: Systemd.verifier != nil, "systemd-analyze is not installed"))
struct UnitFilesTests {
    /// Each with its file name. A unit that is "as above, but" takes the policy's, and other lines in it.
    private func units() throws -> [(name: String, text: String)] {
        let page = try String(contentsOf: Programs.project.appendingPathComponent("docs/hosts.md"), encoding: .utf8)
        let section = page.components(separatedBy: "## systemd").last ?? ""
        var units: [(name: String, text: String)] = []
        for part in section.components(separatedBy: "`/etc/systemd/system/").dropFirst() {
            let name = String(part.prefix { $0 != "`" })
            let lines = part.components(separatedBy: "\n").filter { $0.hasPrefix("    ") }.map {
                String($0.dropFirst(4))
            }
            let isWhole = lines.contains("[Service]")
            units.append((name, isWhole ? lines.joined(separator: "\n") : Self.changed(units[1].text, lines)))
        }
        return units
    }

    private static func changed(_ unit: String, _ lines: [String]) -> String {
        var unit = unit.components(separatedBy: "\n")
        for line in lines {
            let key =
                line.hasPrefix("Environment=")
                ? line.components(separatedBy: "=").prefix(2) : line.components(separatedBy: "=").prefix(1)
            if let index = unit.firstIndex(where: { $0.hasPrefix(key.joined(separator: "=") + "=") }) {
                unit[index] = line
            } else if let index = unit.firstIndex(of: "[Service]") {
                unit.insert(line, at: index + 1)
            }
        }
        return unit.joined(separator: "\n")
    }

    @Test(
        "so it is with that of docs/security.md, for a plugin that is not trusted, which has a user and limits of its own"
    )
    func untrusted() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let page = try String(contentsOf: Programs.project.appendingPathComponent("docs/security.md"), encoding: .utf8)
        let part = try #require(page.components(separatedBy: "`/etc/systemd/system/bigbrother-stranger.service`").last)
        let lines = part.components(separatedBy: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
        let text = lines.joined(separator: "\n")
        for line in [
            "User=bigbrother-stranger", "MemoryMax=512M", "TasksMax=16", "CPUQuota=50%", "LimitNOFILE=256",
            "NoNewPrivileges=yes", "ProtectProc=invisible", "IPAddressDeny=any",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        let path = programs.folder.appendingPathComponent("bigbrother-stranger.service").path
        try text.replacingOccurrences(of: "/opt/bigbrother/bin", with: Programs.binaries.path)
            .write(toFile: path, atomically: true, encoding: .utf8)
        let verifier = try #require(Systemd.verifier)
        let ending = try RunningProcess(programs, ["verify", path], program: verifier).wait()
        let said = (ending.output + ending.errors).split(separator: "\n").filter { $0.contains("bigbrother-stranger") }
        #expect(ending.code == 0 && said.isEmpty, "\(ending)")
    }

    @Test("systemd finds nothing to object to, and each starts a program of this project")
    func verified() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let units = try units()
        #expect(
            units.map(\.name)
                == ["bigbrother", "bigbrother-stop-loss", "bigbrother-paper", "bigbrother-tape"].map { $0 + ".service" }
        )
        var paths: [String] = []
        for unit in units {
            let program = try #require(unit.text.firstMatch(of: /ExecStart=\/opt\/bigbrother\/bin\/([a-z-]+)/)?.1)
            #expect(
                FileManager.default.isExecutableFile(atPath: "\(Programs.binaries.path)/\(program)"), "\(unit.name)")
            let path = programs.folder.appendingPathComponent(unit.name).path
            let text = unit.text.replacingOccurrences(of: "/opt/bigbrother/bin", with: Programs.binaries.path)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            paths.append(path)
            for line in ["NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "StartLimitIntervalSec=0"] {
                #expect(unit.text.contains("\n\(line)\n"), "\(unit.name): \(line)")
            }
        }
        let verifier = try #require(Systemd.verifier)
        let ending = try RunningProcess(programs, ["verify"] + paths, program: verifier).wait()
        let said = (ending.output + ending.errors).split(separator: "\n").filter { line in
            paths.contains { line.contains($0) } || units.contains { line.hasPrefix($0.name) }
        }
        #expect(ending.code == 0 && said.isEmpty, "\(ending)")
    }
}
