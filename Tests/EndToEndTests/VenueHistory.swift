import Foundation
import Trading
import Wire

@testable import PaperExchange
@testable import PaperAdapter

/// What a crash test is compared with: everything that the paper venue was ever asked, in order, played again through the exchange.
///
/// The venue begins its log anew with a snapshot at each start; the test keeps the earlier ones. Each must begin with what
/// the one before ended with, or the venue itself would have forgotten something.
struct VenueHistory {
    private(set) var submissions: [OrderSubmission] = []
    private(set) var cancels = 0
    private(set) var replaces = 0
    private(set) var epochs: [Int64] = []
    private(set) var executions: [ExecutionID] = []
    private(set) var rejections: [String] = []
    private(set) var generations = 0
    /// What must never be, in words.
    private(set) var offences: [String] = []
    private(set) var exchange: PaperExchange

    private static let file = "paper-venue.log"

    init(in folder: String) throws {
        let files = try Self.generations(in: folder)
        guard let first = files.first, let line = try Self.lines(first).first,
            case .snapshot(let exchange, let epoch) = try Self.decode(line)
        else { throw Missing(what: "\(folder) has no log of the venue") }
        self.exchange = exchange
        epochs = epoch > 0 ? [epoch] : []
        for (index, path) in files.enumerated() {
            let lines = try Self.lines(path)
            // To write the whole book out takes a while; what is lost in between shows at the next look too.
            if let line = lines.first, index % 20 == 0 || index == files.count - 1 { try compare(line, path) }
            for line in lines.dropFirst() { try play(try Self.decode(line)) }
        }
        generations = files.count
    }

    struct Missing: Error, CustomStringConvertible {
        var what: String
        var description: String { what }
    }

    /// Oldest first; a log that was kept twice, by a venue that was killed in between, counts once.
    private static func generations(in folder: String) throws -> [String] {
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
            name.hasPrefix(file + ".") ? Int(name.dropFirst(file.count + 1)) : nil
        }
        var seen = Set<UInt64>()
        return try (kept.sorted().map { "\(folder)/\(file).\($0)" } + ["\(folder)/\(file)"]).filter { path in
            let number = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
            return seen.insert(number ?? 0).inserted
        }
    }

    private static func lines(_ path: String) throws -> [[UInt8]] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 10, omittingEmptySubsequences: false)
            .dropLast().map { Array($0) }
    }

    private static func decode(_ line: [UInt8]) throws -> VenueLog.Line {
        try WireDecoder().decode(VenueLog.Line.self, from: line, unknownFields: .refuse)
    }

    private mutating func compare(_ line: [UInt8], _ path: String) throws {
        let ours = try WireEncoder().encode(VenueLog.Line.snapshot(exchange: exchange, epoch: epochs.last ?? 0))
        if ours != line { offences.append("\(path) does not begin with what the log before ended with") }
    }

    private mutating func play(_ line: VenueLog.Line) throws {
        let held = exchange.holdings
        switch line {
        case .snapshot: offences.append("a snapshot in the middle of a log")
        case .epoch(let seen): epochs.append(seen)
        case .submit(let submission, let time):
            submissions.append(submission)
            take(try exchange.submit(submission, at: time))
        case .cancel(let id, let time):
            cancels += 1
            take(try exchange.cancel(id, at: time))
        case .replace(let replacement, let time):
            replaces += 1
            take(try exchange.replace(replacement, at: time))
        case .market(let update): take(try exchange.apply(update))
        case .advance(let time): take(try exchange.advance(to: time))
        }
        check(held)
    }

    private mutating func take(_ reports: [ExecutionReport]) {
        executions += reports.compactMap { $0.event == .fill || $0.event == .partialFill ? $0.executionID : nil }
        rejections += reports.compactMap { $0.event == .rejected ? "\($0.clientOrderID): \($0.reason ?? "")" : nil }
    }

    /// P1: no position turns, and no more is on offer than is held. This venue reserves no shares: it would let it happen.
    private mutating func check(_ before: SymbolTable<Holding>) {
        for holding in before.entries {
            let now = exchange.quantityHeld(holding.symbol)
            if !now.isZero, now.isNegative != holding.value.quantity.isNegative {
                offences.append("\(holding.symbol) went from \(holding.value.quantity) to \(now)")
            }
        }
        for symbol in Set(before.entries.map(\.symbol)) {
            let (held, offered) = (exchange.quantityHeld(symbol).units.magnitude, onOffer(symbol))
            if offered > held { offences.append("\(offered) units of \(symbol) on offer, \(held) held") }
        }
    }

    /// Units that working exits may still take, a group counted once.
    private func onOffer(_ symbol: Symbol) -> UInt64 {
        var groups: [String: UInt64] = [:]
        for order in exchange.book.workingOrders(symbol) where order.intent == .closing && order.stage != .held {
            let group = order.order.groupID?.text ?? "alone \(order.order.id)"
            groups[group] = max(groups[group] ?? 0, order.leaves.units.magnitude)
        }
        return groups.values.reduce(0, +)
    }

    /// Shares that a resting stop covers.
    func protected(_ symbol: Symbol) -> Quantity {
        let stops = exchange.book.workingOrders(symbol).filter {
            $0.intent == .closing && $0.terms.type.isStop && $0.order.status == .new
        }
        return Quantity(units: stops.reduce(0) { $0 + $1.leaves.units })
    }
}
