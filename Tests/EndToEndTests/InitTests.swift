import Foundation
import TestSupport
import Testing

@Suite("Setting an account up, and the first start with real money", .blocking, .serialized)
struct InitTests {
    /// The paper broker under another name, which says that it moves real money where `live` is true, and has a program that is asked
    /// whether the key is right. Its account is `U7`.
    private func plugin(_ programs: Programs) throws -> String {
        let folder = programs.folder.appendingPathComponent("plugins/bank")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let broker = Programs.binaries.appendingPathComponent("broker-paper").path
        let manifest = """
            {"name": "bank", "role": "broker", "version": "1.0.0", "description": "A bank.",
             "command": ["\(broker)"], "doctor": ["look"], "real_money_setting": "allow_short",
             "settings": {
               "allow_short": {"type": "boolean", "default": false, "what": "Real money, in this test."},
               "account": {"type": "text", "what": "The account."},
               "cash": {"type": "decimal", "what": "Cash."},
               "sessions": {"type": "text", "what": "When it trades."},
               "currency": {"type": "text", "what": "In this test the file of the keys."}},
             "setup": {"keys": {"setting": "currency", "source": "the bank's page", "lines": [
                 {"name": "BANK_KEY", "what": "key"}, {"name": "BANK_SECRET", "what": "secret"}]},
               "settings": {"account": "@ACCOUNT@", "cash": 1000, "sessions": "always"}}}
            """
        try manifest.write(to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let look = """
            #!/usr/bin/python3
            import json, sys
            question = json.loads(sys.stdin.readline())
            keys = open(question["settings"]["currency"]).read()
            right = "BANK_KEY=right\\n" in keys
            print(json.dumps({"what": "key", "ok": right, "words": "the bank takes it" if right else "the bank refuses it"}))
            if right:
                print(json.dumps({"what": "account", "ok": True, "words": "U7, open", "account": "U7"}))
            """
        let path = folder.appendingPathComponent("look").path
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(look.utf8), attributes: [.posixPermissions: 0o755])
        return folder.deletingLastPathComponent().path
    }

    private func initialize(_ programs: Programs, _ arguments: [String], keys: String) throws -> Programs.Ending {
        let path = programs.folder.appendingPathComponent("handed-over").path
        try keys.write(toFile: path, atomically: true, encoding: .utf8)
        let binary = Programs.binaries.appendingPathComponent("bigbrother").path
        let words = ["-c", "exec \"$@\" < \(path)", "sh", binary, "init"] + arguments + ["--keys-from-input"]
        return try RunningProcess(programs, words, program: "/bin/sh").wait()
    }

    @Test("a key that the broker refuses leaves no account's file; one that it takes names the account")
    func keys() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let file = programs.folder.appendingPathComponent("my.yaml").path
        let words = [file, "--plugins", try plugin(programs), "--broker", "bank", "--paper"]
        let refused = try initialize(programs, words, keys: "BANK_KEY=wrong-hush\nBANK_SECRET=hush\n")
        #expect(refused.code == 2 && refused.output.contains("BAD  key"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: file))
        try FileManager.default.removeItem(atPath: programs.folder.appendingPathComponent("my.keys").path)

        let made = try initialize(programs, words, keys: "BANK_KEY=right\nBANK_SECRET=hush\n")
        #expect(made.code == 0, "\(made)")
        #expect(made.output.contains("ok   account          U7, open"), "\(made)")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains("account: \"U7\"\n") && text.contains("allow_short: false\n"), "\(text)")
        for said in [refused.output, refused.errors, made.output, made.errors, text] { #expect(!said.contains("hush")) }
        let kept = programs.folder.appendingPathComponent("my.keys").path
        let mode = try FileManager.default.attributesOfItem(atPath: kept)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "BANK_KEY=right\nBANK_SECRET=hush\n")

        let again = try initialize(programs, words, keys: "BANK_KEY=right\nBANK_SECRET=hush\n")
        #expect(again.code == 2 && again.errors.contains("is not overwritten"), "\(again)")
        let doctor = try programs.run(["doctor", file])
        #expect(doctor.output.contains("ok   key              bank: the bank takes it"), "\(doctor)")
    }

    private func account(_ programs: Programs, live: Bool) throws -> String {
        try programs.configuration(
            """
            account: U7
            state: ${state}
            plugins: ["\(try plugin(programs))"]
            clock: lockstep
            broker:
              plugin: bank
              settings: {account: U7, cash: 1000, allow_short: \(live)}
            providers:
              - plugin: tape
                settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"]}
            policies: []
            """)
    }

    @Test("I-FIRST-4: with real money nothing starts before the account was named; a run that observed names nobody")
    func realMoney() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try account(programs, live: true)
        let run = ["run", "--config", config, "--cycles", "1"]
        let unasked = try programs.run(run)
        #expect(unasked.code == 2 && unasked.errors.contains("bigbrother run --account U7"), "\(unasked)")
        #expect(!FileManager.default.fileExists(atPath: programs.journal))
        #expect(try programs.run(run + ["--observe"]).code == 0)
        #expect(try programs.run(run).code == 2, "its journal is there, and nobody has agreed")
        #expect(try programs.run(run + ["--halted"]).code == 2, "a halted core may be resumed")
        let other = try programs.run(run + ["--account", "U8"])
        #expect(other.code == 2 && other.errors.contains("--account names U8"), "\(other)")
        #expect(try programs.run(run + ["--account", "U7"]).code == 0)
        #expect(try programs.run(run).code == 0, "it was named once")
        #expect(try programs.run(run + ["--fresh"]).code == 0)
        #expect(try programs.run(run).code == 0, "what was agreed to does not begin anew")
    }

    @Test("with paper money nobody is asked")
    func paperMoney() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try account(programs, live: false)
        #expect(try programs.run(["run", "--config", config, "--cycles", "1"]).code == 0)
    }

    @Test(
        "a program that is asked and does not answer, ends badly or talks nonsense is a finding",
        arguments: [
            ("exit 3", "exited with code 3"), ("true", "it has said nothing"), ("echo nonsense", "nonsense"),
            ("kill -9 $$", "was killed by signal 9"),
        ])
    func oddDoctor(script: String, words: String) throws {
        let programs = try Programs()
        defer { programs.remove() }
        let config = try account(programs, live: false)
        let look = programs.folder.appendingPathComponent("plugins/bank/look").path
        try "#!/bin/sh\n\(script)\n".write(toFile: look, atomically: false, encoding: .utf8)
        let doctor = try programs.run(["doctor", config])
        #expect(doctor.code == 2, "\(doctor)")
        let bad = doctor.output.split(separator: "\n").filter { $0.hasPrefix("BAD") }
        #expect(bad.contains { $0.contains("bank: ") && $0.contains(words) }, "\(bad)")
    }
}
