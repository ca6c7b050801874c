import Trading

/// What nobody can make the core do, whatever it says (I-BOUND-3 to 5, I-SOCK-10).
extension Simulator {
    /// Bytes of one input of the journal: four policies' whole advice on four symbols is a tenth of it.
    private static let longestInput = 128 << 10
    /// Entries about one plugin's faults: 20 at once and 5 of its being cut, one more of each every 10 s, and some that another
    /// rule tells once.
    private static let faultsAtOnce: Int64 = 20 + 5 + 10
    private static let nanosecondsForOne = 5 * World.second
    /// Without a session for longer than the core lets anybody, its own rest and a lost message included.
    private static let longestStranger = 20 * World.second

    func checkBounds(_ type: String, _ body: [UInt8]) {
        if body.count > Self.longestInput {
            invariants.fail("I-BOUND-3", "an input \(type) of \(body.count) bytes is in the journal")
        }
        guard type == "protocol_violation" || type == "plugin_notice",
            String(decoding: body.prefix(200), as: UTF8.self).contains(Scenario.attacker.text)
        else { return }
        faultsTold += 1
        let most = Self.faultsAtOnce + (world.now - faultsToldSince) / Self.nanosecondsForOne
        if faultsTold > most {
            invariants.fail("I-BOUND-5", "\(faultsTold) entries about one plugin's faults, where \(most) may be")
        }
    }

    /// Once a second.
    func checkStrangers() {
        // A core that is dead lets nobody live.
        guard let transport, !transport.isDead, let since = transport.oldestStranger,
            world.now - since > Self.longestStranger, !isOver
        else { return }
        invariants.fail(
            "I-SOCK-10", "a connection without a session lives for \((world.now - since) / World.second) s")
    }
}
