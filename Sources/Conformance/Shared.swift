/// What one check leaves to the others of its run.
final class Shared {
    /// In front of every client order id: the same in every run, unless a venue may remember the last one.
    let nonce: String
    var epoch: Int64 = 1
    /// In any check so far.
    var saidHello = false
    var firstFailure: String?
    /// Steps of orders that were seen, as `status+event`.
    var transitions: Set<String> = []

    init(nonce: String) { self.nonce = nonce }
}
