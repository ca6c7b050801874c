import Testing
import Wire

@testable import Node

@Suite("How much a plugin may say")
struct AllowanceTests {
    @Test(
        "a burst, then so much a second, and a silence makes room again", arguments: [Role.policy, .provider, .broker])
    func messages(role: Role) {
        let rate = Allowance.Rate(for: role)
        var allowance = Allowance(for: role, atMilliseconds: 0)
        for _ in 0..<rate.messages { #expect(allowance.take(bytes: 10, atMilliseconds: 0) == nil) }
        #expect(allowance.take(bytes: 10, atMilliseconds: 0)?.contains("\(rate.messages) messages") == true)
        for _ in 0..<rate.messagesPerSecond - 1 { #expect(allowance.take(bytes: 10, atMilliseconds: 1_000) == nil) }
        #expect(allowance.take(bytes: 10, atMilliseconds: 1_000) != nil)
        #expect(allowance.take(bytes: 10, atMilliseconds: 1 << 50) == nil)
    }

    @Test("few messages that are long are a flood too; a clock that stands still gives nothing")
    func bytes() {
        let rate = Allowance.Rate(for: .policy)
        var allowance = Allowance(for: .policy, atMilliseconds: 50)
        let long = 16 << 20
        for _ in 0..<rate.bytes / Int64(long) { #expect(allowance.take(bytes: long, atMilliseconds: 50) == nil) }
        #expect(allowance.take(bytes: long, atMilliseconds: 0)?.contains("MiB") == true)
    }
}
