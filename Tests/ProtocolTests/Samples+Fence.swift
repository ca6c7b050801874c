import JSON
import Orchestration
import Trading
import Wire
import Wording

/// Which core an adapter obeys.
extension Samples {
    static func fence() throws -> [Sample] {
        [
            Sample(
                name: "welcome-takes-over", type: .welcome,
                body: Welcome(
                    session: "s8.1", account: try AccountID("demo"), settings: .object([]),
                    heartbeatMilliseconds: 1_000,
                    lockstep: false, stateDirectory: "/var/lib/bigbrother/plugins", core: core(epoch: 8),
                    takesOver: true)),
            Sample(
                name: "ready-broker-fence", type: .ready,
                body: Ready(capabilities: capabilities, fence: core(epoch: 7))),
            Sample(
                name: "error-fenced", type: .error,
                body: Fault(
                    reason: "this adapter obeys a core of epoch 7, and not this one", fence: core(epoch: 7))),
        ]
    }

    private static func core(epoch: Int64) -> CoreIdentity {
        CoreIdentity(
            journal: "5b1f7c0a92d84e3368c1f2b7a0d95e14", run: "0f3c9a7be1d2448856aa01c7e9b3d0f2", epoch: epoch)
    }
}
