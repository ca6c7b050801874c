import Orchestration
import Trading

/// Watches a run: the terminal, or nobody.
package protocol RunObserver: AnyObject {
    func observe(_ record: Record, state: CoreState)
    /// A line for the log: what the loop itself has to say, and what plugins write.
    func log(_ source: String, _ line: String)
    /// An update of the market was taken in lockstep: what a progress line needs.
    func progress(at time: Timestamp, cycle: Int64)
}
