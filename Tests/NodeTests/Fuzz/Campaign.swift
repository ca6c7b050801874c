import Foundation
import Messaging
import Node
import Wire

/// Episode after episode, until so many messages were thrown.
struct Campaign {
    private let grammar: Grammar
    private let codec = MessageCodec()
    private let seed: UInt64
    /// The messages that were written out already.
    private var seen: Set<Bytes> = []
    private var output = ""
    private var largest = LiveNodeTables()
    private var (delivered, cycles, heard, lives, inputs) = (0, 0, 0, 0, 0)
    private var residentEarly = 0

    /// Different messages that are written out, and the longest of them.
    private static let kept = 200_000
    private static let keptBytes = 1 << 16

    init(folder: String, seed: UInt64) throws {
        grammar = try Grammar(folder: folder)
        self.seed = seed
    }

    /// - Parameter only: the one episode that is thrown; nil: all.
    /// - Returns: whether all that is required held.
    mutating func run(_ executions: Int, only: Int?) -> Bool {
        var episode = only ?? 0
        repeat {
            FileHandle.standardError.write(Data("episode \(episode)\n".utf8))
            guard throwOne(episode, most: only == nil ? executions - delivered : Episode.messages) else { return false }
            episode += 1
            if residentEarly == 0, delivered >= min(executions / 4, 50_000) { residentEarly = resident() }
        } while delivered < executions && only == nil
        let tables = LiveNodeTables.names.map { "\($0.0) \(largest[keyPath: $0.1])" }.joined(separator: ", ")
        output +=
            "= \(delivered) messages in \(episode) episodes and \(lives) lives of a core: \(inputs) inputs, \(cycles) cycles, the good policy heard in \(heard); at most \(tables); \(residentEarly >> 10) MB early, \(resident() >> 10) MB at the end\n"
        flush()
        return true
    }

    private mutating func throwOne(_ number: Int, most: Int) -> Bool {
        let episode = Episode(
            seed: seed &* 1_000_003 &+ UInt64(number), grammar, codec, messages: min(Episode.messages, most))
        var accepted: [(type: String, bytes: Bytes)] = []
        episode.onAccepted = { accepted.append(($0, $1)) }
        episode.run()
        for message in accepted { tell(message.type, message.bytes) }
        if let failure = episode.failure {
            flush()
            FileHandle.standardError.write(Data("seed \(seed), episode \(number): \(failure)\n".utf8))
            return false
        }
        delivered += episode.delivered
        cycles += episode.cycles
        heard += episode.heard
        lives += episode.lives
        inputs += episode.inputs
        for figure in LiveNodeTables.all {
            largest[keyPath: figure] = max(largest[keyPath: figure], episode.largest[keyPath: figure])
        }
        return true
    }

    private mutating func tell(_ type: String, _ bytes: Bytes) {
        guard bytes.count < Self.keptBytes, seen.count < Self.kept else { return }
        guard seen.insert(Array(type.utf8) + bytes).inserted else { return }
        output += "\(type)\t" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n"
        if output.utf8.count > 1 << 20 { flush() }
    }

    private mutating func flush() {
        FileHandle.standardOutput.write(Data(output.utf8))
        output = ""
    }

    /// KiB of memory that the process has, from proc(5).
    private func resident() -> Int {
        let status = FileManager.default.contents(atPath: "/proc/self/status").map {
            String(decoding: $0, as: UTF8.self)
        }
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    }
}
