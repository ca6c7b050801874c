/// The part of the trading day by a provider's word. It refines the calendar, which does not know every closing: the word
/// holds until the calendar's own phase changes, then the calendar counts again.
public struct AnnouncedSession: Sendable, Hashable, Codable {
    public var phase: SessionPhase
    /// When it was said.
    public var at: Timestamp

    public init(phase: SessionPhase, at: Timestamp) { (self.phase, self.at) = (phase, at) }

    /// - Returns: nil when the word no longer holds.
    public func phase(at now: Timestamp) -> SessionPhase? {
        let holds =
            USEquityCalendar.phase(at: at) == USEquityCalendar.phase(at: now)
            && USEquityCalendar.tradingDay(at: at) == USEquityCalendar.tradingDay(at: now)
        return holds ? phase : nil
    }
}
