import CommandSupport
import Configuration
import Foundation
import Node

/// Before an account that this state folder has never seen is managed with real money, a person agrees.
struct FirstContact {
    private let loaded: LoadedConfiguration

    init(_ loaded: LoadedConfiguration) { self.loaded = loaded }

    /// - Parameter isAgreed: `--yes` was said.
    /// - Throws: ``NotAgreed``.
    func ask(isAgreed: Bool) throws {
        guard loaded.tradesRealMoney, !FileManager.default.fileExists(atPath: loaded.journalPath), !isAgreed else {
            return
        }
        let account = loaded.configuration.account.text
        guard isatty(0) == 1, isatty(1) == 1 else { throw NotAgreed(account: account, wasAsked: false) }
        print(
            """
            \(account) is new here, and its broker trades real money.
            `bigbrother plan --config \(loaded.file.path)` shows what would be done first.
            Manage it now? Positions that are there get a stop and nothing else until you say `manage`. [y/N]
            """, terminator: " ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw NotAgreed(account: account, wasAsked: true)
        }
    }
}

struct NotAgreed: Error, CustomStringConvertible {
    let account: String
    let wasAsked: Bool
    var description: String {
        wasAsked
            ? "\(account) is not managed; nothing was started"
            : "\(account) is new here, and its broker trades real money: look at it with `bigbrother plan`, then say `bigbrother run --yes`"
    }
}
