import Glibc
import PaperExchange
import PluginKit
import Trading
import Wire

/// Everything that changed the venue, in a file: written before anything is answered, so that kill -9 loses nothing that
/// was reported to the core. The exchange is deterministic; replaying the file makes it again.
///
/// One JSON object a line. A torn last line, of a process that was killed while writing, never happened. The file is not
/// synced to the disk on every line: it survives the end of the process, not a power cut; this is paper.
final class VenueLog {
    enum Line: Codable {
        case snapshot(exchange: PaperExchange, epoch: Int64)
        case epoch(Int64)
        case submit(OrderSubmission, at: Timestamp)
        case cancel(ClientOrderID, at: Timestamp)
        case replace(OrderReplacement, at: Timestamp)
        case market(MarketUpdate)
        case advance(to: Timestamp)
    }

    /// Bytes from which on the file begins again with a snapshot. It must also have grown to twice its snapshot, or a
    /// large account would be written anew for each command.
    private let compactAt: Int64

    private let path: String
    /// For tests: earlier logs stay beside the present one, as `.0`, `.1` and so on.
    private let keepsEarlier: Bool
    private var earlier = 0
    private var lock: CInt = -1
    private var descriptor: CInt = -1
    private var size: Int64 = 0
    private var snapshotSize: Int64 = 0
    private let encoder = WireEncoder()

    /// Waits until no other process keeps this log: the adapter of a core that was killed may still be at its last
    /// message, and what it writes belongs before everything that is done here.
    init(
        path: String, compactAt: Int64 = 4_000_000, keepsEarlier: Bool = getenv("BIGBROTHER_KEEP_VENUE_LOGS") != nil
    ) throws {
        self.path = path
        self.compactAt = compactAt
        self.keepsEarlier = keepsEarlier
        lock = open(path + ".lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw failure("open") }
        while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("flock") } }
    }

    deinit {
        for open in [descriptor, lock] where open >= 0 { close(open) }
    }

    /// What the file holds, whole lines only. Empty when there is none.
    func read() throws -> [Line] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        var lines: [Line] = []
        let decoder = WireDecoder()
        var number = 0
        for text in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            number += 1
            do {
                lines.append(try decoder.decode(Line.self, from: Array(text), unknownFields: .refuse))
            } catch {
                throw SettingsError("\(path) line \(number): \(error); move the file away to begin a new paper account")
            }
        }
        return lines
    }

    /// Begins the file anew with one snapshot, by write and rename.
    func begin(with exchange: PaperExchange, epoch: Int64) throws {
        let temporary = path + ".new"
        let fresh = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard fresh >= 0 else { throw failure("open") }
        if descriptor >= 0 { close(descriptor) }
        descriptor = fresh
        size = 0
        try append(.snapshot(exchange: exchange, epoch: epoch))
        snapshotSize = size
        if keepsEarlier { try keepEarlier() }
        guard rename(temporary, path) == 0 else { throw failure("rename") }
    }

    /// link(2), under the next free name.
    private func keepEarlier() throws {
        while link(path, "\(path).\(earlier)") != 0 {
            if errno == ENOENT { return }
            guard errno == EEXIST else { throw failure("link") }
            earlier += 1
        }
    }

    var isLong: Bool { size > max(compactAt, 2 * snapshotSize) }

    func append(_ line: Line) throws {
        let bytes = try encoder.encode(line) + [10]
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            done += count
        }
        size += Int64(bytes.count)
    }

    private func failure(_ call: String) -> SettingsError {
        SettingsError("\(path): \(call): \(String(cString: strerror(errno))); the venue's state cannot be kept")
    }
}
