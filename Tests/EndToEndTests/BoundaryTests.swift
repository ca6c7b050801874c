import Foundation
import TestSupport
import Testing

/// Files, variables and processes at the core's border, with real processes.
@Suite("What others may change is not read, and what is the core's reaches nobody else", .blocking, .serialized)
struct BoundaryTests {
    /// A policy that is a script: it does what it is told, and never says hello.
    private func policy(_ programs: Programs, _ name: String, _ script: String) throws -> URL {
        let folder = programs.folder.appendingPathComponent("own/\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let manifest =
            #"{"name": "\#(name)", "role": "policy", "version": "1.0.0", "description": "A test.", "command": ["run.sh"]}"#
        try manifest.write(to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let program = folder.appendingPathComponent("run.sh")
        try ("#!/bin/sh\n" + script).write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        return folder
    }

    private func configuration(_ programs: Programs, _ more: String = "") throws -> String {
        try programs.configuration(
            """
            account: boundary
            state: ${state}
            cycle: 500ms
            policy_budget: 300ms
            \(more)
            broker:
              plugin: paper
              settings:
                account: boundary
                cash: 74934.91
                sessions: always
                positions: [{symbol: NVDA, quantity: 287, average_price: 184.8644}]
            initial_stops: {NVDA: 183.1822}
            providers:
              - plugin: tape
                settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"], speed: 60}
            run: {end_with_tape: false}
            """)
    }

    private func text(_ file: URL) -> String? { try? String(contentsOf: file, encoding: .utf8) }

    private func chmod(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("a configuration, a plugin and a folder of adopted policies that others may change are not used")
    func files() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(programs, "adopt: ${state}-adopted")
        let adopted = programs.stateDirectory + "-adopted"
        try FileManager.default.createDirectory(atPath: adopted, withIntermediateDirectories: true)
        try chmod(0o666, config)
        let written = try programs.run(["run", "--config", config, "--cycles", "1"])
        #expect(written.code == 2 && written.errors.contains("everybody may change it"), "\(written)")
        try chmod(0o644, config)

        let own = try policy(programs, "own", "exit 0\n")
        try FileManager.default.moveItem(atPath: own.path, toPath: adopted + "/own")
        try chmod(0o777, adopted + "/own/run.sh")
        let plugin = try programs.run(["doctor", "--config", config])
        #expect(plugin.output.contains("run.sh: everybody may change it"), "\(plugin)")
        try chmod(0o755, adopted + "/own/run.sh")
        try chmod(0o1777, adopted)
        let folder = try programs.run(["run", "--config", config, "--cycles", "2"])
        #expect(folder.code == 0 && folder.output.contains("nothing is adopted"), "\(folder)")

        try chmod(0o777, programs.folder.path)
        let above = try programs.run(["run", "--config", config, "--cycles", "1"])
        #expect(above.code != 0 && above.errors.contains("everybody may change it"), "\(above)")
        try chmod(0o755, programs.folder.path)
    }

    @Test("a lock that is a link is refused, and what it leads to stays as it is")
    func lock() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(programs)
        let treasure = programs.folder.appendingPathComponent("treasure")
        try "gold".write(to: treasure, atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(
            atPath: programs.stateDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let lock = programs.journal + ".lock"
        try FileManager.default.createSymbolicLink(atPath: lock, withDestinationPath: treasure.path)
        let link = try programs.run(["run", "--config", config, "--cycles", "1"])
        #expect(link.code != 0 && link.errors.contains("is a link"), "\(link)")
        try FileManager.default.removeItem(atPath: lock)
        #expect(Glibc.link(treasure.path, lock) == 0)
        let name = try programs.run(["run", "--config", config, "--cycles", "1"])
        #expect(name.code != 0 && name.errors.contains("has 2 names"), "\(name)")
        #expect(text(treasure) == "gold")
    }

    @Test("a command goes to no folder of sockets that somebody else has made")
    func foreignSockets() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try configuration(programs)
        let control = programs.stateDirectory + "/control"
        try FileManager.default.createDirectory(atPath: control, withIntermediateDirectories: true)
        try chmod(0o755, control)
        let open = try programs.run(["halt", "--config", config])
        #expect(open.code == 2 && open.errors.contains("others may open it"), "\(open)")
        guard getuid() == 0 else { return }
        try chmod(0o700, control)
        #expect(chown(control, 65_534, 65_534) == 0)
        let foreign = try programs.run(["halt", "--config", config])
        #expect(foreign.code == 2 && foreign.errors.contains("belongs to user 65534"), "\(foreign)")
    }

    @Test("a plugin gets a short list of variables and three descriptors, and what it is named to get")
    func environment() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let curious = try policy(
            programs, "curious",
            "env > env.txt; ls /proc/self/fd | tr '\\n' ' ' > fds.new; mv fds.new fds.txt; sleep 100\n")
        let other = try policy(programs, "other", "env > env.new; mv env.new env.txt; sleep 100\n")
        let config = try configuration(
            programs,
            "plugins: [\"\(programs.folder.path)/own\"]\npolicies: [{plugin: curious, environment: [NAMED]}, {plugin: other}]"
        )
        // As a shell may leave one open: it is closed for the children, whoever has opened it.
        let start = "exec 7</dev/null; exec \(Programs.binaries.path)/bigbrother run --config \(config)"
        let core = try RunningProcess(
            programs, ["-c", start], program: "/bin/sh",
            environment: ["BROKER_SECRET": "s3cret", "NAMED": "given", "PYTHONPATH": "/modules"])
        try eventually("both have written") {
            text(curious.appendingPathComponent("fds.txt")) != nil
                && text(other.appendingPathComponent("env.txt")) != nil
        }
        let variables = text(curious.appendingPathComponent("env.txt")) ?? ""
        #expect(!variables.contains("s3cret") && variables.contains("NAMED=given") && variables.contains("PATH="))
        #expect(variables.contains("PYTHONPATH=/modules"))
        let others = text(other.appendingPathComponent("env.txt")) ?? ""
        #expect(!others.contains("s3cret") && !others.contains("given") && others.contains("PATH="))
        // The fourth is that of `ls`, which reads the folder.
        #expect(text(curious.appendingPathComponent("fds.txt")) == "0 1 2 3 ")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test("a helper that has left its plugin's session ends with the plugin, and a plugin gives the core no commands")
    func helpers() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let program = Programs.binaries.path + "/bigbrother"
        let config = programs.folder.path + "/test.yaml"
        let parent = try policy(
            programs, "parent",
            """
            (setsid sleep 1000 & echo $! > helper.new; mv helper.new helper.txt)
            setsid \(program) halt --config \(config) > answer.new 2>&1
            mv answer.new answer.txt
            exit 1
            """)
        _ = try configuration(
            programs, "plugins: [\"\(programs.folder.path)/own\"]\npolicies: [{plugin: parent}]")
        let core = try RunningProcess(
            programs, ["run", "--config", config], environment: ["BIGBROTHER_HOME": Programs.project.path])
        try eventually("the plugin has had its answer") { text(parent.appendingPathComponent("answer.txt")) != nil }
        let answer = text(parent.appendingPathComponent("answer.txt")) ?? ""
        #expect(answer.contains("gives no commands"), "\(answer)")
        let helper = (text(parent.appendingPathComponent("helper.txt")) ?? "").trimmingCharacters(
            in: .whitespacesAndNewlines)
        try eventually("the helper is gone") { !FileManager.default.fileExists(atPath: "/proc/\(helper)") }
        let status = try programs.run(["status", "--config", config])
        #expect(status.output.contains("trading    active"), "\(status)")
        let halted = try programs.run(["halt", "--config", config])
        #expect(halted.code == 0, "a person's command is taken: \(halted)")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
    }

    @Test(
        "a token that another process has read is refused there, before its owner has used it and after; its owner gets in"
    )
    func stolenToken() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let thief = Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker/thief.py"
        let careless = try policy(
            programs, "careless",
            """
            IFS= read -r launch
            printf '%s\\n' "$launch" > launch.new; mv launch.new launch.txt
            while [ ! -e go ]; do sleep 0.05; done
            /usr/bin/python3 \(thief) launch.txt > own.new; mv own.new own.txt
            sleep 100

            """)
        let config = try configuration(
            programs, "plugins: [\"\(programs.folder.path)/own\"]\npolicies: [{plugin: careless}]")
        let core = try RunningProcess(programs, ["run", "--config", config])
        let launch = careless.appendingPathComponent("launch.txt")
        try eventually("the plugin has left its token lying about") { text(launch) != nil }
        func steal() throws -> String {
            let ending = try RunningProcess(programs, [thief, launch.path], program: "/usr/bin/python3").wait()
            #expect(ending.code == 0, "\(ending)")
            return ending.output
        }
        #expect(try steal().hasPrefix("refused \"careless\" is started by the core, and this is not the process"))
        #expect(FileManager.default.createFile(atPath: careless.appendingPathComponent("go").path, contents: nil))
        let own = careless.appendingPathComponent("own.txt")
        try eventually("its owner has had its answer") { text(own) != nil }
        #expect(text(own)?.hasPrefix("welcome") == true, "\(text(own) ?? "")")
        #expect(try steal().hasPrefix("refused"))
        core.signal(SIGTERM)
        _ = core.wait()
    }

    @Test("an account whose name is a path is refused, and what others name has no power over a terminal")
    func names() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let path = try programs.configuration("account: ../../x\nbroker: {plugin: paper}\n")
        for command in ["run", "status", "doctor", "halt"] {
            let ending = try programs.run([command, "--config", path])
            #expect(ending.code == 2 && (ending.errors + ending.output).contains("it names a folder"), "\(ending)")
        }
        let folder = programs.folder.appendingPathComponent("own/\u{1B}[2J")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "{".write(to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let config = try configuration(programs, "adopt: \"\(programs.folder.path)/own\"")
        for command in ["doctor", "status"] {
            let ending = try programs.run([command, "--config", config])
            #expect(!(ending.output + ending.errors).contains("\u{1B}"), "\(ending)")
        }
        let doctor = try programs.run(["doctor", "--config", config])
        #expect(doctor.output.contains("\\u{1b}[2J"), "\(doctor.output)")
    }
}
