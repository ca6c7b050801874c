import Testing
import Wire

@testable import Node

@Suite("How much a plugin may say")
struct RateLimiterTests {
    @Test(
        "a burst, then so much a second, and a silence makes room again", arguments: [Role.policy, .provider, .broker])
    func messages(role: Role) {
        let rate = RateLimiter.Rate(for: role)
        var rateLimiter = RateLimiter(for: role, atMilliseconds: 0)
        for _ in 0..<rate.messages { #expect(rateLimiter.consume(bytes: 10, atMilliseconds: 0) == nil) }
        #expect(rateLimiter.consume(bytes: 10, atMilliseconds: 0)?.contains("\(rate.messages) messages") == true)
        for _ in 0..<rate.messagesPerSecond - 1 {
            #expect(rateLimiter.consume(bytes: 10, atMilliseconds: 1_000) == nil)
        }
        #expect(rateLimiter.consume(bytes: 10, atMilliseconds: 1_000) != nil)
        #expect(rateLimiter.consume(bytes: 10, atMilliseconds: 1 << 50) == nil)
    }

    @Test("few messages that are long are a flood too; a clock that stands still gives nothing")
    func bytes() {
        let rate = RateLimiter.Rate(for: .policy)
        var rateLimiter = RateLimiter(for: .policy, atMilliseconds: 50)
        let long = 16 << 20
        for _ in 0..<rate.bytes / Int64(long) { #expect(rateLimiter.consume(bytes: long, atMilliseconds: 50) == nil) }
        #expect(rateLimiter.consume(bytes: long, atMilliseconds: 0)?.contains("MiB") == true)
    }
}
