import JSON
import Supervision
import SystemTime
import Trading
import Wire

/// What holds for a provider: it publishes what became known, in the order of time, and nothing of the future.
enum ProviderChecks {
    static let all = [
        Check(
            "provider.advance", "in lockstep each advance is answered with exactly one market, with its re",
            in: Section.providers, run: advance),
        Check(
            "provider.order", "at grows with every update; bars and quotes of a symbol never go back",
            in: Section.providers, run: order),
        Check(
            "provider.future",
            "nothing is told before it is known: a bar at its end, a quote and a condition at their time",
            in: Section.providers, run: future),
        Check(
            "provider.sound", "prices are above zero, bars hold together, decimals are strings", in: Section.providers,
            run: sound),
        Check(
            "provider.actions",
            "a corporate action has an id of its own, and comes before the first price that it changes",
            in: Section.providers, run: actions),
        Check(
            "provider.same-tape", "in lockstep another process publishes the same", in: Section.providers,
            needsProcess: true, run: sameTape),
        Check(
            "provider.expiry", "the last update has is_last; an advance after it is answered with error",
            in: Section.providers, run: expiry),
        Check(
            "provider.stale",
            "in real time an update is sent when its time has come: neither before it, nor long after it",
            in: Section.providers, run: stale),
    ]

    /// The tape, once read for all checks of a run.
    struct Tape {
        var updates: [MarketUpdate] = []
        var bodies: [JSON] = []
        /// It ended within what the kit reads.
        var hasEnded = false
        var milliseconds: Int64 = 0
    }

    static func lockstep(_ harness: PluginHarness) throws {
        guard harness.plugin.lockstep else { throw NotApplicable("check.json says that it knows no lockstep") }
        try harness.open(lockstep: true)
    }

    static func read(_ harness: PluginHarness, most: Int = Limits.updates) throws -> Tape {
        var tape = Tape()
        let began = monotonicMilliseconds()
        while tape.updates.count < most, monotonicMilliseconds() < began + Limits.tapeMilliseconds, !tape.hasEnded {
            let id = try harness.send(.advance, .object([]))
            let message = try harness.answer(to: id, "market")
            guard message.header.type == .market else {
                throw Broken("it answered advance with \(message.header.type.rawValue): \(message.quoted)")
            }
            let update = try message.read(MarketUpdate.self, strictly: true)
            tape.updates.append(update)
            tape.bodies.append(try message.tree().canonical)
            tape.hasEnded = update.isLast == true
        }
        tape.milliseconds = monotonicMilliseconds() - began
        guard !tape.updates.isEmpty else { throw Broken("it published nothing") }
        return tape
    }

    private static func advance(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        if let extra = try harness.listen().first {
            throw Broken("it sent \(extra.header.type.rawValue) without being asked")
        }
        return "\(tape.updates.count) updates\(tape.hasEnded ? ", to the end," : "") in \(tape.milliseconds) ms"
    }

    private static func order(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        for (before, after) in zip(tape.updates, tape.updates.dropFirst()) where after.at <= before.at {
            throw Broken("an update at \(after.at) follows one at \(before.at)")
        }
        var quoted: [Symbol: Timestamp] = [:]
        var ended: [String: Timestamp] = [:]
        for update in tape.updates {
            for quote in update.quotes ?? [] {
                if let last = quoted[quote.symbol], quote.at < last {
                    throw Broken("a quote of \(quote.symbol) at \(quote.at) follows one at \(last)")
                }
                quoted[quote.symbol] = quote.at
            }
            for bar in update.bars ?? [] {
                let key = "\(bar.symbol) \(bar.period.nanoseconds)"
                if let last = ended[key], bar.start < last {
                    throw Broken("a bar of \(bar.symbol) from \(bar.start) follows one that ended at \(last)")
                }
                ended[key] = bar.end
            }
        }
        return
            "\(tape.updates.count) updates from \(tape.updates[0].at) to \(tape.updates[tape.updates.count - 1].at), \(Set(quoted.keys).count) symbols quoted"
    }

    private static func future(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        var facts = 0
        for update in tape.updates {
            let times =
                (update.bars ?? []).map { ("a bar of \($0.symbol)", $0.end) }
                + (update.quotes ?? []).map { ("a quote of \($0.symbol)", $0.at) }
                + (update.conditions ?? []).map { ("the condition \($0.name)", $0.at) }
            for (what, at) in times where at > update.at {
                throw Broken("the update at \(update.at) tells \(what) of \(at)")
            }
            facts += times.count
        }
        return "\(facts) facts in \(tape.updates.count) updates, none of the future"
    }

    private static func sound(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        var (bars, quotes) = (0, 0)
        for update in tape.updates {
            for bar in update.bars ?? [] {
                if let defect = bar.defect { throw Broken("a bar of \(bar.symbol) at \(bar.start): \(defect)") }
                bars += 1
            }
            for quote in update.quotes ?? [] {
                for price in [quote.bid, quote.ask, quote.last] {
                    if let price, !price.isPositive {
                        throw Broken(
                            "a quote of \(quote.symbol) at \(quote.at) has the price \(price); leave out what nobody quotes"
                        )
                    }
                }
                for size in [quote.bidSize, quote.askSize] {
                    if let size, size.isNegative {
                        throw Broken("a quote of \(quote.symbol) at \(quote.at) has the size \(size)")
                    }
                }
                quotes += 1
            }
            for action in update.corporateActions ?? [] {
                if let defect = action.defect { throw Broken("the action \(action.id): \(defect)") }
            }
        }
        return "\(bars) bars, \(quotes) quotes"
    }

    private static func actions(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        var ids: Set<String> = []
        for update in tape.updates {
            for action in update.corporateActions ?? [] {
                guard ids.insert(action.id).inserted else { throw Broken("the action \(action.id) came twice") }
                let early = tape.updates.prefix { $0.at < update.at }.last { earlier in
                    (earlier.quotes ?? []).contains { $0.symbol == action.symbol && $0.at >= action.effectiveAt }
                        || (earlier.bars ?? []).contains {
                            $0.symbol == action.symbol && $0.start >= action.effectiveAt
                        }
                }
                if let early {
                    throw Broken(
                        "the action \(action.id), effective at \(action.effectiveAt), came after a price of \(early.at)"
                    )
                }
            }
        }
        guard !ids.isEmpty else { throw NotApplicable("no corporate action came in \(tape.updates.count) updates") }
        return "\(ids.count) actions, each once and before its prices"
    }

    private static func sameTape(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let most = 500
        let first = try read(harness, most: most).bodies
        try harness.open(lockstep: true)
        let second = try read(harness, most: most).bodies
        guard first.count == second.count else { throw Broken("\(first.count) updates, then \(second.count)") }
        if let index = first.indices.first(where: { first[$0] != second[$0] }) {
            throw Broken(
                "update \(index + 1) is \(first[index].short) and, from another process, \(second[index].short)")
        }
        return "\(first.count) updates, the same from two processes"
    }

    private static func expiry(_ harness: PluginHarness) throws -> String {
        try lockstep(harness)
        let tape = try read(harness)
        guard tape.hasEnded else {
            throw NotApplicable("no is_last within \(tape.updates.count) updates; give it a shorter tape in check.json")
        }
        for _ in 0..<2 {
            let id = try harness.send(.advance, .object([]))
            let message = try harness.answer(to: id, "error after the end of the tape")
            guard message.header.type == .error else {
                throw Broken("after is_last it answered advance with \(message.header.type.rawValue)")
            }
        }
        return "is_last after \(tape.updates.count) updates, then error"
    }

    private static func stale(_ harness: PluginHarness) throws -> String {
        try harness.open(lockstep: false)
        var count = 0
        var worst: Int64 = 0
        let deadline = monotonicMilliseconds() + Limits.realTimeMilliseconds
        while monotonicMilliseconds() < deadline {
            let others = try harness.listen(milliseconds: min(200, max(1, deadline - monotonicMilliseconds())))
            if let message = others.first {
                throw Broken("it sent \(message.header.type.rawValue): \(message.quoted)")
            }
            for message in harness.takeNews() {
                let update = try message.read(MarketUpdate.self, strictly: true)
                let age = (Timestamp(nanoseconds: wallNanoseconds()) - update.at).wholeMilliseconds
                guard age > -Limits.clockMilliseconds else {
                    throw Broken("an update of \(update.at) came \(-age) ms before its time")
                }
                guard age < Limits.staleMilliseconds else {
                    throw Broken("an update of \(update.at) came \(age) ms after its time, as if it were news")
                }
                worst = max(worst, age)
                count += 1
            }
        }
        guard count > 0 else {
            throw NotApplicable("it published nothing within \(Limits.realTimeMilliseconds) ms of real time")
        }
        return "\(count) updates in real time, the latest \(worst) ms after its time"
    }
}
