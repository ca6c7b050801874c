import PluginKit
import Trading

/// Looks at the whole: no position, sector or cluster may dominate the account, and after a loss it becomes smaller.
package struct PortfolioRiskPolicy: Policy {
    package struct Step: Decodable {
        /// Fall of equity from its peak, as a share of it.
        package var at: Ratio
        /// Gross exposure from there on, as a share of equity.
        package var gross: Ratio
    }

    package struct Cluster: Decodable {
        /// Positions whose returns go together at least so much hang together.
        package var correlation: Ratio
        /// All of them together, as a share of equity.
        package var maximumWeight: Ratio
        /// Days of returns; a default of 60.
        package var length: Int64?
    }

    package struct Settings: Decodable {
        /// Largest share of equity in one position.
        package var maximumWeight: Ratio?
        /// Largest gross exposure, as a share of equity.
        package var maximumGross: Ratio?
        /// Which positions give way to it.
        package var rule: ExposureAdvice.Rule?
        /// Largest gross exposure in one sector.
        package var maximumSector: Ratio?
        package var cluster: Cluster?
        /// Fall of equity from its peak from which on no entry is made; absent: none.
        package var maximumDrawdown: Ratio?
        package var drawdownLadder: [Step]?
        /// Loss of the day, as a share of the equity that it began with, from which on no entry is made; absent: none.
        package var maximumDailyLoss: Ratio?
        /// What is lost when every stop is hit, as a share of equity, from which on no entry is made; absent: none.
        package var maximumOpenRisk: Ratio?
        /// Gross exposure times the positions' average volatility is to be no more than this, a year.
        package var targetVolatility: Ratio?
    }

    private let settings: Settings
    private let volatility: Indicator
    private static let defaultMaximumWeight = Ratio(units: 400_000)
    private static let defaultLength: Int64 = 60

    package init(settings: Settings) throws {
        // On margin positions are worth more than the equity; a loss is never more than all of it.
        let margin = Ratio(units: 4 * Ratio.scale)
        for (name, ratio, most) in [
            ("maximum_weight", settings.maximumWeight, margin), ("maximum_drawdown", settings.maximumDrawdown, .one),
            ("maximum_daily_loss", settings.maximumDailyLoss, .one), ("maximum_gross", settings.maximumGross, margin),
            ("maximum_sector", settings.maximumSector, margin),
            ("target_volatility", settings.targetVolatility, margin),
            ("cluster.maximum_weight", settings.cluster?.maximumWeight, margin),
            ("maximum_open_risk", settings.maximumOpenRisk, .one),
        ] as [(String, Ratio?, Ratio)] {
            if let ratio, !ratio.isPositive || ratio > most {
                throw SettingsError("\(name) is a share above 0 up to \(most), such as 0.25, not \(ratio)")
            }
        }
        for step in settings.drawdownLadder ?? [] where !step.at.isPositive || step.gross.isNegative {
            throw SettingsError(
                "a step of drawdown_ladder has at above 0 and gross of 0 or more: {at: 0.1, gross: 0.5}")
        }
        self.settings = settings
        volatility = try .daily(.volatility, 20, setting: "target_volatility")
    }

    package var needs: PolicyNeeds {
        var sections: [SnapshotSection] = [.positions]
        let wantsWhole =
            settings.maximumSector != nil || settings.cluster != nil || settings.drawdownLadder != nil
            || settings.maximumGross != nil || settings.maximumOpenRisk != nil
        if wantsWhole { sections.append(.portfolio) }
        if settings.targetVolatility != nil { sections.append(.market) }
        return PolicyNeeds(
            sections: sections, indicators: settings.targetVolatility == nil ? nil : [volatility],
            correlation: settings.cluster.map {
                CorrelationNeed(period: .day, length: $0.length ?? Self.defaultLength)
            })
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        var found = snapshot.positions.compactMap(concentration)
        if let portfolio = snapshot.portfolio {
            found += gross(portfolio) + sectors(portfolio) + clusters(portfolio, snapshot) + ladder(portfolio)
            found += openRisk(portfolio)
        }
        return try found + volatilityTarget(snapshot) + vetoes(snapshot.account)
    }

    private func concentration(_ position: PositionView) -> Recommendation? {
        let most = settings.maximumWeight ?? Self.defaultMaximumWeight
        guard position.weight > most else { return nil }
        // Nobody has asked for what a default says: a position that was there before is not sold for it.
        guard settings.maximumWeight != nil || position.isAdopted != true else {
            return Recommendation(
                symbol: position.symbol, advice: .hold, urgency: .low,
                reason:
                    "it is \(position.weight.percent) of equity and was there before: nothing of it is sold for the "
                    + "default of \(most.percent); write maximum_weight, or hand it over, for that",
                evidence: [Evidence("weight", position.weight)])
        }
        return Recommendation(
            symbol: position.symbol, advice: .reduceToWeight(weight: most), urgency: .medium,
            reason: "it is \(position.weight.percent) of equity, \(most.percent) is the most",
            evidence: [Evidence("weight", position.weight), Evidence("maximum_weight", most)])
    }

    private func vetoes(_ account: AccountView) throws -> [Recommendation] {
        var vetoes: [Recommendation] = []
        if let most = settings.maximumDrawdown, account.peakEquity.isPositive {
            let drawdown = try (account.peakEquity - account.equity).ratio(to: account.peakEquity)
            if drawdown >= most {
                vetoes.append(
                    Self.veto(
                        "equity is \(drawdown.percent) under its peak, \(most.percent) is the limit",
                        [Evidence("drawdown", drawdown), Evidence("maximum_drawdown", most)]))
            }
        }
        let start = try account.equity - account.dayProfit
        if let most = settings.maximumDailyLoss, start.isPositive {
            let loss = try account.dayProfit.negated().ratio(to: start)
            if loss >= most {
                vetoes.append(
                    Self.veto(
                        "the day's loss is \(loss.percent) of equity, \(most.percent) is the limit",
                        [Evidence("daily_loss", loss), Evidence("maximum_daily_loss", most)]))
            }
        }
        return vetoes
    }

    /// The heat of the portfolio (Elder, Come Into My Trading Room, 2002, the 6 % rule). It keeps new risk away and sells
    /// nothing: a position whose stop is only being placed counts in full for a moment.
    private func openRisk(_ portfolio: PortfolioView) -> [Recommendation] {
        guard let most = settings.maximumOpenRisk, portfolio.openRisk >= most else { return [] }
        let reason =
            "\(portfolio.openRisk.percent) of equity is lost when every stop is hit, \(most.percent) is the limit"
        let evidence = [Evidence("open_risk", portfolio.openRisk), Evidence("maximum_open_risk", most)]
        return [Self.veto(reason, evidence)]
    }

    private static func veto(_ reason: String, _ evidence: [Evidence]) -> Recommendation {
        Recommendation(symbol: nil, advice: .veto, urgency: .medium, reason: reason, evidence: evidence)
    }
}

// MARK: - Several positions together

extension PortfolioRiskPolicy {
    private func exposure(
        _ weight: Ratio, _ rule: ExposureAdvice.Rule, _ symbols: [Symbol]?, _ reason: String,
        _ evidence: [Evidence]
    ) -> Recommendation {
        Recommendation(
            symbol: nil, advice: .reduceExposure(ExposureAdvice(grossWeight: weight, rule: rule, symbols: symbols)),
            urgency: .medium, reason: reason, evidence: evidence)
    }

    private func gross(_ portfolio: PortfolioView) -> [Recommendation] {
        guard let most = settings.maximumGross, portfolio.grossWeight > most else { return [] }
        let reason = "gross exposure is \(portfolio.grossWeight.percent) of equity, \(most.percent) is the most"
        let evidence = [Evidence("gross_weight", portfolio.grossWeight), Evidence("maximum_gross", most)]
        return [exposure(most, settings.rule ?? .proportional, nil, reason, evidence)]
    }

    private func sectors(_ portfolio: PortfolioView) -> [Recommendation] {
        guard let most = settings.maximumSector else { return [] }
        return portfolio.sectors.filter { $0.grossWeight > most }.map { sector in
            exposure(
                most, settings.rule ?? .proportional, sector.symbols,
                "\(sector.name) is \(sector.grossWeight.percent) of equity, \(most.percent) is the most for a sector",
                [Evidence("sector_weight", sector.grossWeight), Evidence("maximum_sector", most)])
        }
    }

    /// Who goes with one of a cluster belongs to it: single linkage (Sneath, The Application of Computers to Taxonomy,
    /// 1957).
    private func clusters(_ portfolio: PortfolioView, _ snapshot: PortfolioSnapshot) -> [Recommendation] {
        guard let limit = settings.cluster, let matrix = portfolio.correlation else { return [] }
        var weights: [Symbol: Ratio] = [:]
        for position in snapshot.positions { weights[position.symbol] = position.weight }
        return Self.linked(matrix, at: limit.correlation).filter { $0.count > 1 }.compactMap { members in
            let total = Ratio(units: members.reduce(0) { $0 + (weights[$1]?.units ?? 0) })
            guard total > limit.maximumWeight else { return nil }
            let names = members.map(\.text).joined(separator: ", ")
            return exposure(
                limit.maximumWeight, .largestFirst, members,
                "\(names) go together (correlation of \(limit.correlation) or more) and are \(total.percent) of equity, \(limit.maximumWeight.percent) is the most",
                [Evidence("cluster_weight", total), Evidence("correlation", limit.correlation)])
        }
    }

    static func linked(_ matrix: CorrelationView, at threshold: Ratio) -> [[Symbol]] {
        var group = Array(matrix.symbols.indices)
        for row in matrix.symbols.indices {
            for column in matrix.symbols.indices where column < row && matrix.rows[row][column] >= threshold {
                let (old, new) = (group[row], group[column])
                group = group.map { $0 == old ? new : $0 }
            }
        }
        return Set(group).sorted().map { number in
            matrix.symbols.indices.filter { group[$0] == number }.map { matrix.symbols[$0] }
        }
    }

    /// The deepest step that is reached.
    private func ladder(_ portfolio: PortfolioView) -> [Recommendation] {
        let reached = (settings.drawdownLadder ?? []).filter { portfolio.drawdown >= $0.at }
        guard let step = reached.max(by: { $0.at < $1.at }) else { return [] }
        let reason =
            "equity is \(portfolio.drawdown.percent) under its peak; from \(step.at.percent) on \(step.gross.percent) is the most"
        let evidence = [Evidence("drawdown", portfolio.drawdown), Evidence("gross_weight", portfolio.grossWeight)]
        let reduction =
            portfolio.grossWeight > step.gross
            ? [exposure(step.gross, settings.rule ?? .proportional, nil, reason, evidence)] : []
        return reduction + [Self.veto(reason, evidence)]
    }

    /// Volatilities are added up as if everything moved together: on the safe side, for a portfolio's volatility is at
    /// most the weighted sum of its parts' (Markowitz, Portfolio Selection, 1952). A position whose volatility is not
    /// known yet is left out, and out of the reduction.
    private func volatilityTarget(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        guard let target = settings.targetVolatility else { return [] }
        let views = snapshot.views
        var (risk, weight) = (Ratio.zero, Ratio.zero)
        var known: [Symbol] = []
        for position in snapshot.positions {
            guard let figure = views[position.symbol]?.ratio(volatility) else { continue }
            try risk += position.weight.scaled(by: figure, .halfEven)
            try weight += position.weight
            known.append(position.symbol)
        }
        guard risk > target else { return [] }
        let most = try weight.scaled(by: target.ratio(to: risk), .down)
        return [
            exposure(
                most, settings.rule ?? .proportional, known,
                "the positions' volatility is \(risk.percent) of equity a year, \(target.percent) is the target",
                [Evidence("volatility", risk), Evidence("target_volatility", target)])
        ]
    }
}
