import ArgumentParser
import CommandSupport
import Foundation

/// A command that another program beside this one carries out: the program that trades an account has none of its code.
private protocol DevelopmentCommand: ParsableCommand {
    static var name: String { get }
    static var abstract: String { get }
    static var program: String { get }
    /// All that stands behind the command's name, options and `--help` too.
    var arguments: [String] { get }
}

extension DevelopmentCommand {
    static var program: String { "bigbrother-dev" }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract,
            discussion: "The program \(program) carries it out, and explains it: bigbrother \(name) --help")
    }

    func run() throws {
        try Failure.guarding {
            throw Self.become(Home.binaries + "/" + Self.program, ["bigbrother", Self.name] + arguments)
        }
    }

    /// execv(3): this process goes on as the other program.
    /// - Returns: why it did not.
    private static func become(_ program: String, _ words: [String]) -> any Error {
        var pointers = words.map { strdup($0) } + [nil]
        execv(program, &pointers)
        let why = errno
        for pointer in pointers { free(pointer) }
        return NotThere(program: program, why: why)
    }
}

private struct NotThere: Error, CustomStringConvertible {
    let program: String
    let why: Int32

    var description: String {
        guard why == ENOENT else { return "\(program) cannot be started: \(String(cString: strerror(why)))" }
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().lastPathComponent
        let configuration = folder == "debug" ? "" : "-c release "
        return """
            \(program) carries this command out, and is not built; \
            build it: swift build \(configuration)--product \(URL(fileURLWithPath: program).lastPathComponent)
            """
    }
}

struct SimulateCommand: DevelopmentCommand {
    static let name = "simulate"
    static let abstract = "Run the core through seeded faults, and check every promise."
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct CheckCommand: DevelopmentCommand {
    static let name = "check"
    static let abstract = "Find out whether a plugin keeps the protocol."
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct NewCommand: DevelopmentCommand {
    static let name = "new"
    static let abstract = "Make the folder of a new plugin."
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct BacktestCommand: DevelopmentCommand {
    static let name = "backtest"
    static let abstract = "Run an account's configuration over a recorded market."
    static let program = "bigbrother-backtest"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct WhatIfCommand: DevelopmentCommand {
    static let name = "what-if"
    static let abstract = "Run what was recorded again, with something changed."
    static let program = "bigbrother-backtest"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}
