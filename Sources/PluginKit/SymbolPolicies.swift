import JSON
import Trading
import Wire

/// One policy for the portfolio, and one more with merged settings for each symbol that has settings of its own:
///
///     settings: {trail: 0.02, symbols: {NVDA: {trail: 0.03}}}
///
/// Every one is shown the whole portfolio. Of a symbol's own policy those recommendations count that concern the symbol;
/// of the first policy all others, and those that name no symbol.
package struct SymbolPolicies<P: Policy> {
    private var base: P
    /// Sorted by symbol.
    private var overrides: [(symbol: Symbol, policy: P)]

    /// - Throws: what the policy throws for its settings; for those of a symbol with the symbol in front.
    package init(settings: JSON) throws {
        let split = try SymbolSettings(settings)
        base = try P(settings: WireDecoder().decodeSettings(P.Settings.self, from: split.base))
        overrides = try split.overrides.map { symbol, merged in
            do {
                return (symbol, try P(settings: WireDecoder().decodeSettings(P.Settings.self, from: merged)))
            } catch {
                throw SettingsError("symbols.\(symbol): \(error)")
            }
        }
    }

    /// What all of them need together.
    package var needs: PolicyNeeds {
        overrides.isEmpty ? base.needs : PolicyNeeds.union([base.needs] + overrides.map(\.policy.needs))
    }

    package mutating func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let own = Set(overrides.map(\.symbol))
        var recommendations = try base.evaluate(snapshot).filter { $0.symbol.map { !own.contains($0) } ?? true }
        for index in overrides.indices {
            let symbol = overrides[index].symbol
            recommendations += try overrides[index].policy.evaluate(snapshot).filter { $0.symbol == symbol }
        }
        return recommendations
    }
}

/// Settings of a policy, split into those of all symbols and those of single ones.
package struct SymbolSettings {
    /// The settings without `symbols`.
    package let base: JSON
    /// The settings of a symbol: a key that it names replaces that of the base, value and all. Sorted by symbol.
    package let overrides: [(symbol: Symbol, settings: JSON)]

    /// - Throws: ``SettingsError`` when `symbols` is no object of symbols with settings.
    package init(_ settings: JSON) throws {
        guard case .object(let members) = settings, let symbols = settings["symbols"], !symbols.isNull else {
            (base, overrides) = (settings, [])
            return
        }
        guard case .object(let entries) = symbols else {
            throw SettingsError("symbols: write the settings of each symbol, such as {NVDA: {trail: 0.03}}")
        }
        let common = members.filter { $0.key != "symbols" }
        base = .object(common)
        overrides = try entries.map { entry in
            guard case .object(let own) = entry.value else {
                throw SettingsError("symbols.\(entry.key): write settings, such as {trail: 0.03}")
            }
            let symbol: Symbol
            do { symbol = try Symbol(entry.key) } catch { throw SettingsError("symbols: \(error)") }
            return (symbol, Self.merged(common, own))
        }.sorted { $0.0 < $1.0 }
    }

    private static func merged(_ common: [JSON.Member], _ own: [JSON.Member]) -> JSON {
        .object(common.filter { member in !own.contains { $0.key == member.key } } + own)
    }
}
