import Orchestration
import Trading
import Wording

/// Positions and orders as lines of text.
package enum Tables {
    package static func positions(_ state: CoreState, limit: Int = .max) -> [String] {
        let records = state.portfolio.positions.sorted { $0.key < $1.key }.map(\.value)
        var lines = records.prefix(limit).map { position($0, state) }
        if records.count > limit { lines.append("... and \(records.count - limit) more (bigbrother positions)") }
        return lines
    }

    private static func position(_ record: PositionRecord, _ state: CoreState) -> String {
        let price = state.market.price(of: record.symbol)
        var text = record.symbol.text.padded(6) + record.quantity.description.padLeft(7)
        text += " @ " + record.averagePrice.text(minimumDecimals: 2).padded(10)
        text += " last " + (price?.text(minimumDecimals: 2) ?? "-").padded(9)
        text += " " + profit(record, price).padded(26)
        let mode = state.mode(of: record.symbol)
        return text + protection(record, state) + (mode == .managed ? "" : "  (\(mode.rawValue))")
    }

    private static func profit(_ record: PositionRecord, _ price: Price?) -> String {
        guard let at = price else { return "no price, unknown" }
        do {
            let money = try record.unrealizedProfit(at: at)
            let inR = try record.profitInR(at: at).map { " (\($0.signed) R)" } ?? ""
            return "\(money.isNegative ? "" : "+")\(money.dollars)\(inR)"
        } catch {
            return "\(error)"
        }
    }

    private static func protection(_ record: PositionRecord, _ state: CoreState) -> String {
        let exits = Exits(of: record, in: state.portfolio.orders)
        var parts: [String] = []
        for stop in exits.allStops {
            parts.append(
                "stop \(stop.terms.stopPrice?.text(minimumDecimals: 2) ?? "trailing") for \(stop.leavesQuantity)")
        }
        if exits.allStops.isEmpty {
            let planned = state.plans[record.symbol]?.stop.map {
                " (planned at \($0.stopPrice.text(minimumDecimals: 2)))"
            }
            parts.append("NO STOP\(planned ?? "")")
        }
        for target in exits.allTargets {
            parts.append(
                "target \(target.terms.limitPrice?.text(minimumDecimals: 2) ?? "?") for \(target.leavesQuantity)")
        }
        return parts.joined(separator: ", ")
    }

    /// What a person is asked, and what they have answered.
    package static func approvals(_ state: CoreState) -> [String] {
        let proposals = state.approvals.all
        guard !proposals.isEmpty else {
            return [
                state.configuration.approval == .none
                    ? "nobody is asked: the configuration says `approval: none`" : "nothing waits for approval"
            ]
        }
        return proposals.flatMap { proposal in
            let isLate = state.now >= proposal.until
            let state =
                switch proposal.verdict {
                case .pending: isLate ? "not answered in time" : "waits until \(proposal.until.inMilliseconds)"
                case .approved(let who): "approved by \(who)\(isLate ? "" : ", until \(proposal.until.inMilliseconds)")"
                case .rejected(let who): "rejected by \(who)"
                }
            return ["\(proposal.id.description.padded(24)) \(state)", "    \(proposal.words)"]
        }
    }

    package static func orders(_ state: CoreState, all: Bool) -> [String] {
        let orders =
            all
            ? state.portfolio.orders.orders.values.sorted { ($0.submittedAt, $0.id) < ($1.submittedAt, $1.id) }
            : state.portfolio.orders.allWorking
        return orders.map { order in
            let group = order.groupKind.map { " \($0.rawValue)" } ?? ""
            let filled = order.filledQuantity.isPositive ? ", \(order.filledQuantity) filled" : ""
            let whose =
                order.terms.role == .external && order.isWorking
                ? "  (somebody else's, not touched: bigbrother hand-over \(order.id))"
                : order.terms.role == .external ? "  (somebody else's)" : ""
            return
                "\(order.id.text.padded(32)) \(order.status.rawValue.padded(16)) \(order.words)\(group) \(order.terms.timeInForce.rawValue)\(filled)\(whose)"
        }
    }
}
