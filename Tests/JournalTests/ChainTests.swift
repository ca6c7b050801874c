import Testing

@testable import Journal

@Suite("The chain")
struct ChainTests {
    @Test("the genesis is 32 zero bytes")
    func genesis() {
        #expect(ChainHash.genesis.bytes == [UInt8](repeating: 0, count: 32))
        #expect(ChainHash.genesis.short == "000000000000")
    }

    // Made with Python: hashlib.sha256(bytes(32) + pack(">qqBI", 1, 1, 0, 4) + b"tick" + pack(">qq", 5, 2) + b"{}")
    @Test("the layout of an entry's bytes never changes")
    func golden() {
        let hash = ChainHash(
            after: .genesis, sequence: 1, turn: 1, kind: .input, type: "tick", at: 5, body: Array("{}".utf8))
        #expect(hash.description == "680c677b5c1d86c5a127ad2c24c2a4ee379ae15a4cd23eb97822315ce36c783f")
        let next = ChainHash(after: hash, sequence: 2, turn: 1, kind: .effect, type: "ü", at: -5, body: [])
        #expect(next.description == "e26c467370db52bf41f9cb1d26d2fb9f1aed262e9109848b8ff18bb44fdbd18a")
    }

    @Test("a hash survives its way through bytes, and nothing but 32 bytes is a hash")
    func raw() {
        let hash = ChainHash(digestOf: Array("abc".utf8))
        #expect(hash.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hash.short == "ba7816bf8f01")
        #expect(ChainHash(raw: hash.bytes) == hash)
        #expect(ChainHash(raw: hash.bytes.dropLast()) == nil)
        #expect(ChainHash(raw: []) == nil)
    }

    @Test("every part of an entry reaches the hash", arguments: 0..<7)
    func covers(part: Int) {
        let entry = sample()
        var other = entry
        var previous = ChainHash.genesis
        switch part {
        case 0: other.sequence += 1
        case 1: other.turn += 1
        case 2: other.kind = .effect
        case 3: other.type += "s"
        case 4: other.at += 1
        case 5: other.body[0] ^= 1
        default: previous = ChainHash(digestOf: [])
        }
        #expect(entry.isSound(after: .genesis))
        #expect(!other.isSound(after: previous))
    }

    @Test("bytes that move from the type into the body give another hash")
    func unambiguous() {
        let left = ChainHash(after: .genesis, sequence: 1, turn: 1, kind: .input, type: "ab", at: 0, body: [99])
        let right = ChainHash(after: .genesis, sequence: 1, turn: 1, kind: .input, type: "a", at: 0, body: [98, 99])
        #expect(left != right)
    }

    private func sample() -> JournalEntry {
        JournalEntry(
            sequence: 1, turn: 1, kind: .input, type: "fill", at: 7, body: [1, 2],
            chain: ChainHash(
                after: .genesis, sequence: 1, turn: 1, kind: .input, type: "fill", at: 7, body: [1, 2]))
    }
}
