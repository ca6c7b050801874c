import CommandSupport
import Configuration
import Foundation
import Trading

/// Before an account is managed with real money for the first time, a person names it (I-FIRST-4).
///
/// That it was named stays in the state folder, so that neither a journal of a run that observed nor one of a paper account stands for it.
struct FirstContact {
    private let loaded: LoadedConfiguration

    init(_ loaded: LoadedConfiguration) { self.loaded = loaded }

    private var account: AccountID { loaded.configuration.account }
    private var path: String { loaded.stateDirectory + "/real-money" }

    /// - Parameter named: what `--account` says.
    /// - Returns: whether it is to be ``record()``ed.
    /// - Throws: ``NotAgreed`` without the right name.
    func ask(named: String?) throws -> Bool {
        if let named, named != account.text { throw NotAgreed.other(account: account, named: named) }
        guard !loaded.realMoneyBrokers.isEmpty else { return false }
        if named != nil || isRecorded { return true }
        guard isatty(0) == 1, isatty(1) == 1 else { throw NotAgreed.nobodyThere(account: account, brokers: brokers) }
        print(
            """
            \(account) is to be managed through \(brokers), with real money, and nobody has agreed to that here yet.
            `bigbrother plan --config \(loaded.file.path)` shows what would be done first.
            Positions that are there get a stop and nothing else until you say `manage`.
            Type the account's id to manage it, anything else to leave it alone:
            """, terminator: " ")
        guard readLine() == account.text else { throw NotAgreed.declined(account: account) }
        return true
    }

    private var brokers: String { loaded.realMoneyBrokers.map(\.text).joined(separator: ", ") }

    private var isRecorded: Bool { FileManager.default.contents(atPath: path) == Data((account.text + "\n").utf8) }

    func record() throws {
        guard !isRecorded else { return }
        try FileManager.default.createDirectory(
            atPath: loaded.stateDirectory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data((account.text + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

enum NotAgreed: Error, CustomStringConvertible {
    case other(account: AccountID, named: String)
    case nobodyThere(account: AccountID, brokers: String)
    case declined(account: AccountID)

    var description: String {
        switch self {
        case .other(let account, let named):
            "--account names \(named), and the configuration is of \(account); nothing was started"
        case .nobodyThere(let account, let brokers):
            "\(account) is to be managed through \(brokers), with real money, and nobody has agreed to that here yet: look at it with `bigbrother plan`, then say `bigbrother run --account \(account)`"
        case .declined(let account): "\(account) is not managed; nothing was started"
        }
    }
}
