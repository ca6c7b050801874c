import AlpacaAPI
import AlpacaVenue
import Glibc
import Trading

/// What has come into a venue, in a file: whoever starts it again with the same options finds its accounts as they were.
///
///     var log = try VenueLog(path: path, options: options)
///     for entry in try log.takeEntries() { ... is done again ... }
///     try log.write(.clock(time))
///
/// A venue is a function of what comes in (I-AV-3), so that is kept, and not what came of it. Each entry is in the file before it is
/// done, and a request that may change something is on the disk before its response leaves. One that stands there when the process
/// ends is done at the next start, though nobody was answered. Sockets, and what was on its way to them, are gone with the process.
struct VenueLog: ~Copyable {
    enum Entry {
        /// The clock was moved to this time.
        case clock(Timestamp)
        /// - Parameter client: by its place among the keys; nil where the key opens nothing. The key itself is not kept.
        case request(VenueRequest, client: Int?)
        /// The body of `POST /venue/faults`.
        case faults([UInt8])
    }

    private let path: String
    private let descriptor: CInt
    private var entries: [Entry] = []
    private var bytes = 0
    /// How far the clock was moved last.
    private(set) var time: Timestamp?

    private enum Limits {
        static let bytes = 1 << 30
    }

    /// - Parameter options: all that decides what comes of the entries, in one line.
    /// - Throws: `VenueLogError` where it is another venue's, is used by another process, or cannot be read.
    init(path: String, options: String) throws(VenueLogError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path, "open", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .taken(path) }
        var content = try Self.content(of: descriptor, path)
        // What was being written when the process ended was not done.
        content.removeLast(content.count - (content.lastIndex(of: UInt8(ascii: "\n")) ?? -1) - 1)
        guard ftruncate(descriptor, content.count) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
            throw .system(path, "ftruncate", errno)
        }
        bytes = content.count
        let first = "alpaca-venue 1 \(options)"
        guard !content.isEmpty else {
            try write(first, isDurable: true)
            return
        }
        let lines = content.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard lines[0] == first else { throw .otherOptions(path, String(lines[0].prefix(500))) }
        for (number, line) in lines.enumerated().dropFirst() {
            guard let entry = Entry(line) else { throw .unreadable(path, line: number + 1) }
            if case .clock(let moved) = entry { time = moved }
            entries.append(entry)
        }
    }

    deinit { close(descriptor) }

    /// What was there at the start, once.
    mutating func takeEntries() -> [Entry] {
        defer { entries = [] }
        return entries
    }

    mutating func write(_ entry: Entry) throws(VenueLogError) { try write(entry.line, isDurable: entry.mayChange) }

    private mutating func write(_ line: String, isDurable: Bool) throws(VenueLogError) {
        let line = Array((line + "\n").utf8)
        guard bytes + line.count <= Limits.bytes else { throw .full(path) }
        var done = 0
        while done < line.count {
            let count = line[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path, "write", errno) }
            done += count
        }
        bytes += line.count
        guard !isDurable || fdatasync(descriptor) == 0 else { throw .system(path, "fdatasync", errno) }
    }

    private static func content(of descriptor: CInt, _ path: String) throws(VenueLogError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path, "fstat", errno) }
        guard status.st_size <= Limits.bytes else { throw .full(path) }
        var content = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < content.count {
            let count = content[done...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path, "read", errno) }
            done += count
        }
        return content
    }
}

extension VenueLog.Entry {
    /// Whether it may change an account.
    fileprivate var mayChange: Bool {
        switch self {
        case .clock: false
        case .request(let request, _): request.method != "GET"
        case .faults: true
        }
    }

    fileprivate var line: String {
        switch self {
        case .clock(let time): return "clock \(time.nanoseconds)"
        case .request(let request, let client):
            let target = request.query.isEmpty ? request.path : "\(request.path)?\(request.query)"
            let at = request.receivedAt.nanoseconds
            return "request \(at) \(client ?? -1) \(request.method) \(target) \(Self.hexadecimal(request.body))"
        case .faults(let body): return "faults \(Self.hexadecimal(body))"
        }
    }

    /// nil for a line that is none.
    fileprivate init?(_ line: String) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("clock", 2):
            guard let time = Int64(parts[1]) else { return nil }
            self = .clock(Timestamp(nanoseconds: time))
        case ("request", 6):
            guard let time = Int64(parts[1]), let client = Int(parts[2]), let body = Self.bytes(parts[5]) else {
                return nil
            }
            let at = Timestamp(nanoseconds: time)
            let request = VenueRequest(parts[3], parts[4], body: body, receivedAt: at)
            self = .request(request, client: client < 0 ? nil : client)
        case ("faults", 2):
            guard let body = Self.bytes(parts[1]) else { return nil }
            self = .faults(body)
        default: return nil
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

enum VenueLogError: Error, CustomStringConvertible {
    case system(String, String, CInt)
    case taken(String)
    case otherOptions(String, String)
    case unreadable(String, line: Int)
    case full(String)

    var description: String {
        switch self {
        case .system(let path, let call, let number): "\(path): \(call): \(String(cString: strerror(number)))"
        case .taken(let path): "\(path): another process has it; end that one, or name another file"
        case .otherOptions(let path, let first):
            "\(path): it was written with other options than these: start with those, or name another file: \(first)"
        case .unreadable(let path, let line): "\(path) line \(line): it cannot be read; name another file to begin anew"
        case .full(let path): "\(path): it has a gigabyte; name another file to begin anew"
        }
    }
}
