/// The named limits of the venue.
package enum VenueLimits {
    /// Of an account, ended ones included; more are refused.
    package static let orders = 100_000
    /// Of an account; the oldest are forgotten first.
    package static let activities = 200_000
    /// Events of an account that can be told again; the oldest are forgotten first.
    package static let events = 50_000
    /// Minute bars of a symbol; the oldest are forgotten first.
    package static let bars = 400_000
    /// Bytes of a request's body.
    package static let bodyBytes = 1_048_576
    /// Open sockets.
    package static let sockets = 1_000
    /// The longest by which an event comes late or a list lags.
    package static let faultSeconds: Int64 = 10
    /// Orders of one list.
    static let listedOrders = 500
    /// Activities of one page.
    static let activityPage = 100
    /// Characters of a client order id.
    static let clientOrderID = 128
    /// Days after which a `gtc` order ends.
    static let gtcDays: Int64 = 90
}
