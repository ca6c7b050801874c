import ArgumentParser
import CommandSupport
import Console
import Foundation
import Orchestration
import Trading
import Wire

// What a person has done by hand, through BigBrother: it is decided like the advice of a policy called `person`, so that
// nothing fights over the same shares, and it is journaled with who and why.

/// A symbol and what every command on it has in common.
struct SymbolOptions: ParsableArguments {
    @Argument(help: "The symbol.") var symbol: String
    @OptionGroup var options: ControlOptions

    func parsed() throws -> Symbol {
        do { return try Symbol(symbol) } catch { throw ValidationError("\"\(symbol)\" is no symbol: \(error)") }
    }
}

/// What will be done is shown and asked about, on a terminal.
struct Agreement: ParsableArguments {
    @Flag(help: "Do not ask.") var yes = false

    /// - Parameter what: what will be done, in lines; made only when somebody is there to read it.
    func ask(_ what: () throws -> [String]) throws {
        guard !yes, isatty(0) == 1, isatty(1) == 1 else { return }
        try Failure.guarding { for line in try what() { print(line.onOneLine) } }
        print("Do it? [y/N]", terminator: " ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            Failure.say("bigbrother: nothing was done")
            throw ExitCode(Failure.badInput)
        }
    }
}

struct CloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close the position of a symbol at market.")
    @OptionGroup var subject: SymbolOptions
    @OptionGroup var agreement: Agreement
    func run() throws {
        let symbol = try subject.parsed()
        try agreement.ask { try subject.options.closing { $0 == symbol } }
        try subject.options.ask("close", symbol: symbol)
    }
}

struct SellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sell", abstract: "Close a part of a position at market.",
        discussion: """
            Of a long position shares are sold, of a short one they are bought back.
            What is left keeps its stop.
            """)
    @OptionGroup var subject: SymbolOptions
    @Option(help: "So many shares.") var quantity: String?
    @Option(help: "This share of the position, above 0 and at most 1: 0.25 is a quarter.") var fraction: String?
    @OptionGroup var agreement: Agreement

    func validate() throws {
        guard (quantity == nil) != (fraction == nil) else {
            throw ValidationError("say --quantity or --fraction, one of them")
        }
    }

    func run() throws {
        let symbol = try subject.parsed()
        let part = try quantity.map { try read($0, Quantity.init) }
        let share = try fraction.map { try read($0, Ratio.init) }
        let wish = part.map(PersonRequest.Wish.part) ?? share.map(PersonRequest.Wish.fraction)
        let words = part?.description ?? share?.percent ?? ""
        try agreement.ask { try wish.map { try subject.options.selling(words, of: symbol, $0) } ?? [] }
        try subject.options.ask("sell", symbol: symbol, with: .init(quantity: part, fraction: share))
    }
}

struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Set the protective stop of a position.",
        discussion: """
            Of the stops that policies and you ask for the tightest rests: a policy that
            wants a tighter one keeps it. `bigbrother freeze` keeps policies away.
            """)
    @OptionGroup var subject: SymbolOptions
    @Argument(help: "The price.") var price: String
    func run() throws {
        let (symbol, price) = (try subject.parsed(), try read(price, Price.init))
        try subject.options.ask("stop", symbol: symbol, with: .init(price: price))
    }
}

struct TargetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target", abstract: "Set the profit target of a position.")
    @OptionGroup var subject: SymbolOptions
    @Argument(help: "The price.") var price: String
    func run() throws {
        let (symbol, price) = (try subject.parsed(), try read(price, Price.init))
        try subject.options.ask("target", symbol: symbol, with: .init(price: price))
    }
}

struct FreezeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze", abstract: "Keep what rests for a symbol as it is; no policy changes it until `manage`.")
    @OptionGroup var subject: SymbolOptions
    func run() throws { try setMode(.frozen, subject.parsed(), subject.options) }
}

struct ManageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manage", abstract: "Hand a symbol, or all that is held, to the policies.",
        discussion: """
            Positions that were there before BigBrother get a stop and nothing else,
            until they are handed over. --as protected gives a stop and nothing else
            again.
            """)
    @Argument(help: "The symbol, or `all` for all that is held.") var symbol: String
    @Option(name: .customLong("as"), help: "managed or protected.") var mode = "managed"
    @OptionGroup var options: ControlOptions

    func run() throws {
        guard let mode = SymbolMode(rawValue: mode), mode == .managed || mode == .protected else {
            throw ValidationError("--as takes managed or protected, not \(mode)")
        }
        try setMode(mode, symbolOrAll(symbol), options)
    }
}

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Take a symbol, or all that is held, out of BigBrother's hands.",
        discussion: """
            Nothing is sent for it any more until `bigbrother manage`. What rests at the
            broker stays there. What a person has asked for and is not done is given up, and
            the answer says what that is.
            """)
    @Argument(help: "The symbol, or `all` for all that is held.") var symbol: String
    @OptionGroup var options: ControlOptions
    func run() throws { try setMode(.watched, symbolOrAll(symbol), options) }
}

private func setMode(_ mode: SymbolMode, _ symbol: Symbol?, _ options: ControlOptions) throws {
    try options.ask("mode", symbol: symbol, with: .init(mode: mode.rawValue))
}

/// Nil for `all`.
private func symbolOrAll(_ text: String) throws -> Symbol? {
    guard text != "all" else { return nil }
    do { return try Symbol(text) } catch { throw ValidationError("\"\(text)\" is no symbol: \(error)") }
}

private func read<Value>(_ text: String, _ make: (String) throws -> Value) throws -> Value {
    do { return try make(text) } catch { throw ValidationError("\"\(text)\" is no number that can be used: \(error)") }
}
