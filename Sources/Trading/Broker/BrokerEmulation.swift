/// Something that the core does itself because the broker does not.
public enum BrokerEmulation: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
    /// No OCO.
    case targetsWatched = "targets_watched"
    /// No brackets.
    case stopAfterFill = "stop_after_fill"
    /// No replacement of prices.
    case stopMovedByCancel = "stop_moved_by_cancel"
    /// A replacement of prices that may leave nothing, or both.
    case stopMovedByCancelUnsafe = "stop_moved_by_cancel_unsafe"
    /// No good-till-canceled orders.
    case protectionDaily = "protection_daily"
    /// No plain stops.
    case stopLimitForStop = "stop_limit_for_stop"
    /// No look-up of orders by id.
    case fillsFromPosition = "fills_from_position"
    /// No single executions.
    case executionsFromSums = "executions_from_sums"

    public var description: String {
        switch self {
        case .targetsWatched: "no OCO there: the core watches targets itself"
        case .stopAfterFill: "no brackets there: the stop of an entry follows its fill"
        case .stopMovedByCancel: "no replacement there: a stop moves by cancel, confirmation and a new order"
        case .stopMovedByCancelUnsafe:
            "no safe replacement there: a stop moves by cancel, confirmation and a new order"
        case .protectionDaily: "no good-till-canceled there: what protects is placed anew each day"
        case .stopLimitForStop: "no plain stops there: a stop-limit with room stands in"
        case .fillsFromPosition: "no look-up by id there: the position tells what a vanished order filled"
        case .executionsFromSums: "no single executions there: they are made from the sums"
        }
    }
}
