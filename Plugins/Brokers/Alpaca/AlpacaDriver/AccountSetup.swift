import AlpacaAPI
import PluginKit
import Trading

/// What is read of an account before its stream is opened: whether it is the right one, whether it may trade, and what can be traded.
struct AccountSetup {
    enum Part: CaseIterable, Hashable, Sendable { case account, configuration, assets, clock }

    private(set) var account: Alpaca.Account?
    private(set) var configuration: Alpaca.AccountConfiguration?
    private(set) var assets: [Alpaca.Asset]?
    /// By how much the venue's clock is ahead of ours.
    private(set) var skew: TimeSpan?
    private(set) var failure: String?
    private var asked: Set<Part> = []
    private var attempts: Int64 = 0
    private var due: Timestamp

    init(at time: Timestamp) { due = time }

    var isComplete: Bool { missing.isEmpty }
    var nextDue: Timestamp? { isComplete || !asked.isEmpty ? nil : due }

    private var missing: [Part] {
        Part.allCases.filter { part in
            switch part {
            case .account: account == nil
            case .configuration: configuration == nil
            case .assets: assets == nil
            case .clock: skew == nil
            }
        }
    }

    /// What is to be asked for now.
    mutating func take(at time: Timestamp) -> [Part] {
        guard asked.isEmpty, due <= time else { return [] }
        asked = Set(missing)
        return missing
    }

    mutating func failed(_ part: Part, _ why: String, at time: Timestamp) {
        asked.remove(part)
        failure = why
        attempts += 1
        due = time + .seconds(min(5 * attempts, 60))
    }

    mutating func take(_ part: Part, _ body: [UInt8], at time: Timestamp) throws(Alpaca.DecodingError) {
        switch part {
        case .account: account = try Alpaca.decode(Alpaca.Account.self, from: body)
        case .configuration: configuration = try Alpaca.decode(Alpaca.AccountConfiguration.self, from: body)
        case .assets: assets = try Alpaca.decode(Alpaca.Rows<Alpaca.Asset>.self, from: body).elements
        case .clock: skew = try Alpaca.decode(Alpaca.MarketClock.self, from: body).timestamp - time
        }
        asked.remove(part)
        if isComplete { (failure, attempts) = (nil, 0) }
    }

    /// Read again with each list of the account.
    mutating func refresh(_ account: Alpaca.Account) { self.account = account }

    mutating func refresh(skew: TimeSpan) { self.skew = skew }

    // MARK: - What it says

    /// - Throws: `SettingsError` where the key is of another account than the configured one.
    func check(_ configured: String) throws {
        guard let account else { return }
        let names = [account.accountNumber, account.id.text].compactMap { $0 }
        guard names.contains(configured) else {
            throw SettingsError(
                "the key is of the account \(names.first ?? "?"), and the configuration names \(configured): write `account_number: \(names.first ?? "?")` in the broker's settings, or take the other key"
            )
        }
    }

    /// Why no order may be placed, or nil.
    var obstacle: String? {
        guard let account else { return nil }
        if let obstacle = Self.obstacle(of: account) { return obstacle }
        return configuration?.isTradingSuspended == true ? Self.suspended : nil
    }

    private static let suspended = "trading is suspended in the account's configuration (suspend_trade)"

    /// What the account itself says.
    static func obstacle(of account: Alpaca.Account) -> String? {
        if account.status != .known(.active) { return "the account is \(account.status), and not ACTIVE" }
        if account.isAccountBlocked == true { return "the account is blocked" }
        if account.isTradingBlocked == true { return "trading is blocked for the account" }
        return account.isTradingSuspendedByUser == true ? suspended : nil
    }
}
