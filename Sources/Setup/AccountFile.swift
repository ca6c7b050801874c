import Configuration
import Foundation
import JSON
import Orchestration
import Trading
import Wire

/// What is known of an account that is being set up.
package struct AccountAnswers {
    package var account: AccountID
    package var broker: PluginManifest
    /// Of the broker, in the order in which they are written.
    package var settings: [(key: String, value: JSON)]
    /// Prices; nil: nobody gives them.
    package var provider: (manifest: PluginManifest, settings: [(key: String, value: JSON)])?
    /// Folders of plugins beside the built-in ones.
    package var plugins: [String]
    /// Symbols for which nothing is sent.
    package var watched: [Symbol]
    package var approval: ApprovalMode
    /// Shares of equity; nil: no limit.
    package var dailyLoss: Ratio?
    package var weight: Ratio?
    /// Of the core's own stop from the market.
    package var stop: Ratio

    package init(account: AccountID, broker: PluginManifest) {
        (self.account, self.broker, settings, plugins, watched) = (account, broker, [], [], [])
        (approval, stop) = (.none, Ratio(units: Ratio.scale / 20))
    }
}

/// The YAML of a new account, with a comment on each thing that a person may want to change.
package struct AccountFile {
    private let answers: AccountAnswers

    package init(_ answers: AccountAnswers) { self.answers = answers }

    package var text: String {
        (head + broker + prices + policies + modes + limits).joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        var lines = [
            "# An account of BigBrother. Every key there is: docs/configuration-keys.md. `bigbrother doctor FILE` checks the file,",
            "# `bigbrother plan --config FILE` shows what would be done first, `bigbrother run --config FILE` does it.",
            "",
            "# As the broker names it: nothing is sent to an account with another id.",
            "account: \(text(answers.account.text))",
        ]
        if !answers.plugins.isEmpty {
            lines += ["", "# Folders with plugins that are looked for before the built-in ones."]
            lines.append("plugins: [\(answers.plugins.map(text).joined(separator: ", "))]")
        }
        return lines
    }

    private var broker: [String] {
        ["", "# \(answers.broker.description)", "broker:", "  plugin: \(answers.broker.name)"]
            + settings(answers.settings, indent: 2, of: answers.broker)
    }

    private var prices: [String] {
        guard let provider = answers.provider else {
            return [
                "",
                "# Prices. Without any nothing is entered, and stops are counted from what the broker says: name a provider.",
                "providers: []",
            ]
        }
        return [
            "", "# Prices. \(provider.manifest.description)", "providers:", "  - plugin: \(provider.manifest.name)",
        ]
            + settings(provider.settings, indent: 4, of: provider.manifest)
    }

    private var policies: [String] {
        [
            "",
            "# What decides. Left out, these five work with their default settings: each position gets a stop, profit is taken in parts,",
            "# and what grows too large is reduced. Positions that were there before get a stop and nothing else, until you say `manage`.",
            "# policies:", "#   - plugin: stop-loss", "#   - plugin: partial-profit", "#   - plugin: take-profit",
            "#   - plugin: portfolio-risk", "#   - plugin: emergency",
        ]
    }

    private var modes: [String] {
        var lines = [
            "", "# Symbols that are looked at, and for which nothing is sent, not even a stop: {AAPL: watched}.",
        ]
        let modes = answers.watched.map { "\(text($0.text)): watched" }.joined(separator: ", ")
        lines.append(modes.isEmpty ? "# symbol_modes: {}" : "symbol_modes: {\(modes)}")
        lines += [
            "", "# What you are asked before it is done: none, entries, or all. Stops never wait.",
            "approval: \(answers.approval.rawValue)", "",
            "# The core's own stop, where no policy gives one: so far from the market, as a share of the price.",
            "default_stop: \(answers.stop)",
        ]
        return lines
    }

    private var limits: [String] {
        var lines = [
            "",
            "# Limits that hold whatever a policy recommends, as shares of equity: 0.03 is 3 %. docs/limits.md has more.",
            "limits:",
        ]
        lines.append("  # When a day has lost so much, nothing is entered any more on that day.")
        lines.append(line("maximum_daily_loss", answers.dailyLoss))
        lines.append("  # No entry makes one position larger than this.")
        lines.append(line("maximum_position_weight", answers.weight))
        return answers.dailyLoss == nil && answers.weight == nil
            ? lines.map { $0 == "limits:" ? "# limits:" : $0 } : lines
    }

    private func line(_ key: String, _ share: Ratio?) -> String {
        share.map { "  \(key): \($0)" } ?? "  # \(key): 0.03"
    }

    private func settings(
        _ settings: [(key: String, value: JSON)], indent: Int, of manifest: PluginManifest? = nil
    ) -> [String] {
        guard !settings.isEmpty else { return [] }
        let blanks = String(repeating: " ", count: indent)
        return ["\(blanks)settings:"]
            + settings.flatMap { key, value -> [String] in
                let comment = manifest?.settings?[key]?.what.map { ["\(blanks)  # \($0)"] } ?? []
                return comment + ["\(blanks)  \(key): \(String(decoding: value.bytes, as: UTF8.self))"]
            }
    }

    /// JSON's strings are YAML's, too.
    private func text(_ text: String) -> String { String(decoding: JSON.string(text).bytes, as: UTF8.self) }
}
