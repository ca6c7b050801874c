import Foundation
import SeededRandom
import TestSupport
import Testing

@testable import JSON

@Suite("Properties of parser and writer")
struct JSONPropertyTests {
    @Test("what is written is read back the same, plain and pretty", arguments: Seed.several)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let tree = random.tree()
            let bytes = tree.bytes
            let read = try JSONParser.parse(bytes)
            #expect(read == tree, "seed \(seed)")
            #expect(read.bytes == bytes, "seed \(seed)")
            #expect(try parse(tree.pretty) == tree, "seed \(seed)")
        }
    }

    @Test("Foundation reads what we write as the same value", arguments: Seed.several)
    func agreesWithFoundation(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let tree = random.tree()
            let theirs = try JSONSerialization.jsonObject(with: Data(tree.bytes), options: .fragmentsAllowed)
            #expect(isSame(tree, theirs), "seed \(seed): \(tree.pretty)")
        }
    }

    @Test("a mutated text crashes nothing, and what we accept Foundation accepts", arguments: Seed.several)
    func mutations(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var accepted = 0
        for _ in 0..<2_000 {
            let bytes = mutated(random.tree().bytes, &random)
            guard let tree = try? JSONParser.parse(bytes) else { continue }
            accepted += 1
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let same = theirs.map { isSame(tree, $0) }
            #expect(same == true, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            #expect(try JSONParser.parse(tree.bytes) == tree, "seed \(seed)")
        }
        #expect(accepted > 20, "the mutations are too wild to test anything")
    }

    private func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        let interesting: [UInt8] = Array(#"{}[]":,\u/-+.eE0123tfn "#.utf8) + [0, 0x0A, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let byte = interesting[Int.random(in: 0..<interesting.count, using: &random)]
            let index = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(byte, at: index)
            case 1: bytes.removeSubrange(index...)
            case 2 where index < bytes.count: bytes.remove(at: index)
            default: if index < bytes.count { bytes[index] = byte }
            }
        }
        return bytes
    }

    /// Compares with what JSONSerialization made of the same text. Its numbers are compared as doubles.
    private func isSame(_ ours: JSON, _ theirs: Any) -> Bool {
        switch ours {
        case .null: theirs is NSNull
        case .bool(let flag): (theirs as? Bool) == flag
        case .number(let text): (theirs as? NSNumber)?.doubleValue == Double(text)
        case .string(let text): (theirs as? String) == text
        case .array(let elements):
            (theirs as? [Any]).map { others in
                others.count == elements.count && zip(elements, others).allSatisfy(isSame)
            } ?? false
        case .object(let members):
            (theirs as? [String: Any]).map { others in
                others.count == members.count
                    && members.allSatisfy { member in others[member.key].map { isSame(member.value, $0) } ?? false }
            } ?? false
        }
    }
}
