import Foundation
import JSON
import Messaging
import Orchestration
import SeededRandom
import Trading
import Wire

/// What hostile messages are made of: real bodies from `proto/vectors`, odd values, and changes.
struct Grammar {
    /// Of each message type, good and bad bodies.
    private var bodies: [(type: String, body: JSON)] = []
    static let oddIntegers: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 1_000_000, 1 << 53, .max - 1, .max]
    static let oddNumbers = ["0.5", "-0", "99999999999999999999", "1.0"] + oddIntegers.map(String.init)
    static let oddTexts = [
        "", " ", "\u{0}", "ä", "s1.1", "s1.2", "null", "-0", "1e5", "92233720368.54775807",
        "9223372036854775807", "buy", String(repeating: "A", count: 70_000),
    ]

    init(folder: String) throws {
        for kind in ["good", "bad"] {
            let path = folder + "/" + kind
            for file in try FileManager.default.contentsOfDirectory(atPath: path).sorted() where file.hasSuffix(".json")
            {
                guard let data = FileManager.default.contents(atPath: path + "/" + file) else { continue }
                let vector = try JSONParser.parse([UInt8](data))
                guard case .string(let type)? = vector["message"], let body = vector["body"] else { continue }
                bodies.append((type, body))
            }
        }
    }

    func body(_ random: inout SplitMix64) -> (type: String, body: JSON) { random.pick(bodies) }
    func body(of type: String, _ random: inout SplitMix64) -> JSON {
        let fitting = bodies.filter { $0.type == type }
        return fitting.isEmpty ? .object([]) : random.pick(fitting).body
    }

    func odd(_ random: inout SplitMix64) -> JSON {
        switch random.below(8) {
        case 0: .null
        case 1: .bool(random.chance(50))
        case 2, 3: .number(random.pick(Self.oddNumbers))
        case 4, 5: .string(random.pick(Self.oddTexts))
        case 6: .array([])
        default: .object([])
        }
    }

    /// One change somewhere in a tree.
    func change(_ tree: JSON, _ random: inout SplitMix64) -> JSON {
        switch tree {
        case .object(var members) where !members.isEmpty && random.chance(85):
            let place = random.below(members.count)
            switch random.below(10) {
            case 0: members.remove(at: place)
            case 1: members.append(JSON.Member(key: "x", value: odd(&random)))
            case 2: members[place].key += "s"
            case 3: members.append(members[place])
            case 4: members[place].value = body(&random).body
            default: members[place].value = change(members[place].value, &random)
            }
            return .object(members)
        case .array(var items) where !items.isEmpty && random.chance(85):
            let place = random.below(items.count)
            switch random.below(8) {
            case 0: items.remove(at: place)
            case 1: items += items + items
            default: items[place] = change(items[place], &random)
            }
            return .array(items)
        default: return odd(&random)
        }
    }

    /// Bytes that are no sound JSON any more, mostly.
    func damage(_ bytes: Bytes, _ random: inout SplitMix64) -> Bytes {
        guard !bytes.isEmpty else { return [UInt8(truncatingIfNeeded: random.next())] }
        var bytes = bytes
        let place = random.below(bytes.count)
        switch random.below(6) {
        case 0: bytes.removeSubrange(place...)
        case 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes.insert(contentsOf: (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place)
        case 3: bytes = Bytes(repeating: UInt8(ascii: "["), count: random.pick([10, 40, 5_000])) + bytes
        case 4: bytes += Bytes(random.pick([" ", "{}", "\u{0}", "//"]).utf8)
        default: bytes = []
        }
        return bytes
    }

    /// Another number of frames than two, mostly.
    func frames(_ frames: [Bytes], _ random: inout SplitMix64) -> [Bytes] {
        switch random.below(6) {
        case 0: []
        case 1: [frames[0]]
        case 2: [[], []]
        case 3: frames + [[]]
        case 4: Array((frames + frames + frames).prefix(8))
        default: [frames[1], frames[0]]
        }
    }
}
