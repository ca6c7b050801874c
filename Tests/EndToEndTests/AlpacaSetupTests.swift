import Foundation
import TestSupport
import Testing

@Suite("Setting up an account at a venue with Alpaca's API", .blocking, .serialized)
struct AlpacaSetupTests {
    private func initialize(_ house: AlpacaHouse, secret: String, _ more: [String] = []) throws -> Programs.Ending {
        let folder = house.programs.folder.path
        try "APCA_API_KEY_ID=\(AlpacaHouse.key)\nAPCA_API_SECRET_KEY=\(secret)\n".write(
            toFile: folder + "/handed-over", atomically: true, encoding: .utf8)
        let url = "http://127.0.0.1:\(house.port)"
        let words =
            [
                "init", folder + "/my.yaml", "--broker", "alpaca", "--paper", "--keys-from-input", "--set",
                "trading_url=\(url)", "--set-provider", "symbols=ALFA, BRVO", "--set-provider", "trading_url=\(url)",
                "--set-provider", "data_url=\(url)",
            ] + more
        let binary = Programs.binaries.appendingPathComponent("bigbrother").path
        let shell = ["-c", "exec \"$@\" < \(folder)/handed-over", "sh", binary] + words
        return try RunningProcess(house.programs, shell, program: "/bin/sh").wait()
    }

    @Test("the account is the one that the key is of, and doctor says what it may do")
    func account() throws {
        let house = try AlpacaHouse()
        defer { house.programs.remove() }
        let made = try initialize(house, secret: AlpacaHouse.secret)
        #expect(made.code == 0, "\(made)")
        let file = house.programs.folder.path + "/my.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let name = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("account: ") }?.dropFirst(9).filter { $0 != "\"" })
        #expect(name.hasPrefix("PA") && made.output.contains("ok   account          \(name), active"), "\(made)")
        #expect(text.contains("symbols: [\"ALFA\",\"BRVO\"]") && text.contains("live: false"), "\(text)")
        let doctor = try house.programs.run(["doctor", file])
        #expect(doctor.code == 0, "\(doctor)")
        for line in ["ok   key ", "ok   account ", "ok   options ", "ok   venue's clock", "ok   open orders "] {
            #expect(doctor.output.contains(line), "\(line): \(doctor.output)")
        }
        for said in [made.output, made.errors, doctor.output, doctor.errors, text] {
            #expect(!said.contains(AlpacaHouse.secret))
        }
    }

    @Test("a secret that the venue refuses, and an account that the key is not of, leave no file of an account")
    func refused() throws {
        let house = try AlpacaHouse()
        defer { house.programs.remove() }
        let wrong = try initialize(house, secret: "wrong-and-hush")
        #expect(wrong.code == 2 && wrong.output.contains("BAD  key"), "\(wrong)")
        #expect(!(wrong.output + wrong.errors).contains("hush"))
        try FileManager.default.removeItem(atPath: house.programs.folder.path + "/my.keys")
        let other = try initialize(house, secret: AlpacaHouse.secret, ["--account", "PA0"])
        #expect(other.code == 2 && other.output.contains("the configuration names PA0"), "\(other)")
        #expect(!FileManager.default.fileExists(atPath: house.programs.folder.path + "/my.yaml"))
    }
}
