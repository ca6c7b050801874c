import AlpacaAPI
import AlpacaTransport
import Glibc
import JSON
import PluginKit
import Trading

/// What `bigbrother doctor` is told of an account: its key, its rights, its options, the clock and the hours. Nothing is changed, and no
/// stream is opened: a second one may end that of a core at work.
package struct AlpacaDoctor {
    private let examination: Examination<AlpacaSettings>
    private let tell: (ExaminationFinding) -> Void

    package init(_ examination: Examination<AlpacaSettings>, _ tell: @escaping (ExaminationFinding) -> Void) {
        (self.examination, self.tell) = (examination, tell)
    }

    /// - Throws: `SettingsError` for settings with which nothing can be asked.
    package func run() throws {
        let caller = try Caller(examination.settings)
        say(
            "venue", true, "\(caller.site.trading), \(examination.settings.live == true ? "real money" : "paper money")"
        )
        guard let account = lookAtAccount(caller) else { return }
        lookAtConfiguration(caller, account)
        lookAtClock(caller)
        lookAtHoldings(caller)
        if examination.isProbe { probe(caller) }
    }

    // MARK: - The probe

    private func probe(_ caller: Caller) {
        guard examination.settings.live != true else {
            return say(
                "probe", false, "it places orders, and is never run with real money: use the paper account's key")
        }
        do {
            var probe = try AlpacaProbe(caller, symbols: examination.settings.probeSymbols, tell)
            let record = try probe.run()
            guard let path = examination.record else { return }
            try Self.write(record, to: path)
            say("probe", true, "\(path) has what the venue did; docs/connect-alpaca.md says what to do with it")
        } catch {
            say("probe", false, "\(error)")
        }
    }

    private static func write(_ record: ProbeRecord, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw SettingsError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = record.json.bytes + [10]
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SettingsError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func say(_ what: String, _ isOK: Bool, _ words: String, account: AccountID? = nil) {
        tell(ExaminationFinding(what, isOK: isOK, words, account: account))
    }

    // MARK: - The key and its account

    private func lookAtAccount(_ caller: Caller) -> Alpaca.Account? {
        let account: Alpaca.Account
        do {
            account = try caller.ask(.account)
        } catch let error as Refused where error.status == 401 || error.status == 403 {
            let other = examination.settings.live == true ? "paper" : "live"
            say(
                "key", false,
                "\(caller.site.trading) refuses it (\(error)); keys of paper and of real money are others: is it one of \(other)?"
            )
            return nil
        } catch {
            say("venue", false, "\(caller.site.trading) does not answer: \(error)")
            return nil
        }
        say("key", true, "the venue takes it")
        tellAccount(account)
        return account
    }

    private func tellAccount(_ account: Alpaca.Account) {
        let name = account.accountNumber ?? account.id.text
        let configured = examination.settings.accountNumber ?? examination.account?.text
        guard [name, account.id.text].contains(configured ?? name) else {
            return say(
                "account", false,
                "the key is of \(name), and the configuration names \(configured ?? ""); write the other name, or take the other key"
            )
        }
        if let obstacle = AccountSetup.obstacle(of: account) {
            return say("account", false, "\(name): \(obstacle); ask Alpaca", account: Self.id(name))
        }
        let figures = [
            account.equity.map { "equity \($0)" }, account.cash.map { "cash \($0)" },
            account.multiplier.map { "buying power \($0) times equity" },
        ]
        let words = ([name, "active"] + figures.compactMap { $0 }).joined(separator: ", ")
        say("account", true, words, account: Self.id(name))
    }

    /// Nil where Alpaca's name cannot be one in the configuration.
    private static func id(_ name: String) -> AccountID? {
        do { return try AccountID(name) } catch { return nil }
    }

    private func lookAtConfiguration(_ caller: Caller, _ account: Alpaca.Account) {
        do {
            let configuration = try caller.ask(.configuration)
            if configuration.isTradingSuspended == true || account.isTradingSuspendedByUser == true {
                return say(
                    "options", false,
                    "trading is suspended in the account's configuration (suspend_trade): switch it on at Alpaca, or nothing can be protected"
                )
            }
            let shorts = account.isShortingEnabled == true && configuration.isShortingForbidden != true
            let parts = configuration.isFractionalTradingEnabled != false
            say(
                "options", true,
                "short sales \(shorts ? "allowed" : "not allowed"), parts of a share \(parts ? "allowed" : "not allowed")"
            )
        } catch {
            say("options", false, "the account's configuration cannot be read: \(error)")
        }
    }

    // MARK: - Time

    private func lookAtClock(_ caller: Caller) {
        do {
            let before = wallClock()
            let clock = try caller.ask(.clock)
            let after = wallClock()
            // The answer was made between the two.
            let half = (after - before).nanoseconds / 2
            let skew = TimeSpan(nanoseconds: (clock.timestamp - before).nanoseconds - half)
            let milliseconds = skew.wholeMilliseconds
            // A venue for tests may have a time of its own.
            let isJudged = examination.settings.tradingURL == nil
            let isFine = !isJudged || abs(milliseconds) <= Self.mostSkewMilliseconds
            let remedy = isFine ? "" : "; set this machine's clock (NTP)"
            let roundTrip = (after - before).wholeMilliseconds
            say(
                "venue's clock", isFine,
                "\(milliseconds) ms ahead of this machine's, round trip \(roundTrip) ms\(remedy)")
            let next = clock.isOpen ? "closes at \(clock.nextClose)" : "opens at \(clock.nextOpen)"
            say("market", true, "\(clock.isOpen ? "open" : "closed"), \(next)")
        } catch {
            say("venue's clock", false, "it cannot be read: \(error)")
        }
    }

    private static let mostSkewMilliseconds: Int64 = 5_000

    // MARK: - What is there

    private func lookAtHoldings(_ caller: Caller) {
        do {
            let positions = try caller.ask(.positions)
            let foreign = positions.elements.filter { $0.assetClass != .known(.usEquity) }
            let others =
                foreign.isEmpty
                ? ""
                : "; watched only, since they are no US shares: \(foreign.map(\.symbol.text).joined(separator: ", "))"
            let broken = positions.refused.isEmpty ? "" : "; \(positions.refused.count) rows cannot be read"
            say("positions", positions.refused.isEmpty, "\(positions.elements.count)\(others)\(broken)")
            var query = Alpaca.OrderListQuery()
            (query.status, query.isNested, query.limit) = (.known(.open), true, 500)
            let orders = try caller.ask(.orders(query))
            let rows = orders.rows.count
            let more = rows >= 500 ? " or more" : ""
            say("open orders", orders.refused.isEmpty, "\(rows)\(more); they are left as they are")
        } catch {
            say("positions", false, "they cannot be read: \(error)")
        }
    }
}
