import SeededRandom
import Testing

@Suite("SplitMix64")
struct SplitMix64Tests {
    /// The first numbers of the reference in C for the seed 1234567.
    @Test("its numbers are those of the reference")
    func reference() {
        var random = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
        var same = SplitMix64(seed: random.state)
        #expect(random.next() == same.next(), "its state is the seed of one that goes on")
        var negative = SplitMix64(seed: -1)
        var wide = SplitMix64(seed: UInt64.max)
        #expect(negative.next() == wide.next())
    }

    @Test("what is drawn lies within its bounds, both of them reached", arguments: [3, 20_260_316])
    func bounds(seed: Int64) {
        var random = SplitMix64(seed: seed)
        var seen: Set<Int64> = []
        for _ in 0..<200 { seen.insert(random.number(-2...2)) }
        #expect(seen == [-2, -1, 0, 1, 2])
        #expect(Set((0..<200).map { _ in random.upTo(3) }) == [0, 1, 2, 3])
        #expect(Set((0..<200).map { _ in random.below(3) }) == [0, 1, 2])
        #expect(Set((0..<200).map { _ in random.pick(["a", "b"]) }) == ["a", "b"])
        let before = random.state
        #expect(random.below(0) == 0 && random.upTo(0) == 0 && random.upTo(-5) == 0)
        #expect(random.state == before, "and no number is drawn where there is no choice")
        #expect((0..<50).allSatisfy { _ in random.chance(100) && !random.chance(0) })
        #expect((0..<50).allSatisfy { _ in random.chance(permille: 1_000) && !random.chance(permille: 0) })
    }
}
