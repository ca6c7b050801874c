import Foundation
import Journal
import SQLiteJournal
import SeededRandom

/// Writes turns until it is killed, and says on standard output which are durable: `journal-torture PATH SEED`.
/// A line "TURN SEQUENCE CHAIN" is printed after the commit returned.
@main
enum Torture {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let seed = UInt64(arguments[2]) else { exit(64) }
        var random = SplitMix64(seed: seed)
        let journal = try SQLiteJournal(path: arguments[1])
        while true {
            for index in 0..<(1 + random.next() % 20) {
                try journal.append(
                    kind: index == 0 ? .input : .effect, type: "tick", at: Int64(index),
                    body: [UInt8](repeating: UInt8(random.next() % 256), count: Int(random.next() % 2_000)),
                    mentions: ["symbol:S\(random.next() % 50)"])
            }
            try journal.commit()
            let head = journal.head
            say("\(head.turn) \(head.sequence) \(head.chain)\n")
            if random.next() % 16 == 0 {
                try journal.saveSnapshot(
                    Snapshot(sequence: head.sequence, chain: head.chain, stateHash: head.chain, body: [1, 2, 3]))
            }
        }
    }

    private static func say(_ text: String) {
        let bytes = Array(text.utf8)
        guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { exit(74) }
    }
}
