import Foundation

/// The log of a run: what one source writes has a rate, and the file a size (I-BOUND-5). The lines before stand in `<file>.1`.
package final class LogFile {
    /// Bytes of one source at once, and a second for ever.
    static let atOnce: Int64 = 256 << 10
    static let perSecond: Int64 = 16 << 10
    /// Of the core itself, which tells of all.
    static let coreFactor: Int64 = 4
    /// Bytes of a file.
    package static let mostBytes: Int64 = 32 << 20
    /// Sources that are told apart; plugins have names of the configuration.
    private static let mostSources = 1_000

    private struct Share {
        var left: Int64
        var asOf: Int64
        var leftOut: Int64 = 0
    }

    private var handle: FileHandle
    /// Nil: it is written as long as it lives.
    private let path: String?
    private let mostBytes: Int64
    private var bytes: Int64
    private var shares: [String: Share] = [:]

    /// - Parameter path: of the file, so that another one can take its place.
    package init(_ handle: FileHandle, path: String? = nil, mostBytes: Int64 = LogFile.mostBytes) {
        (self.handle, self.path, self.mostBytes) = (handle, path, mostBytes)
        var facts = stat()
        bytes = fstat(handle.fileDescriptor, &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// - Parameter now: milliseconds of a clock that only goes ahead.
    package func write(_ source: String, _ text: String, at time: Date = Date(), now: Int64) {
        let line = text.onOneLine
        switch consume(source, Int64(line.utf8.count), now) {
        case nil: return
        case 0: put(source, line, time)
        case let leftOut?:
            put(source, "(\(leftOut) lines were left out here)", time)
            put(source, line, time)
        }
    }

    private func put(_ source: String, _ line: String, _ time: Date) {
        let data = Data("\(time.ISO8601Format()) \(source): \(line)\n".utf8)
        if bytes + Int64(data.count) > mostBytes { rotate() }
        handle.write(data)
        bytes += Int64(data.count)
    }

    /// - Returns: the lines before it that were left out; nil when this one is, too.
    private func consume(_ source: String, _ count: Int64, _ now: Int64) -> Int64? {
        let factor = source == "core" ? Self.coreFactor : 1
        let most = Self.atOnce * factor * 1_000
        let key = shares[source] == nil && shares.count >= Self.mostSources ? "" : source
        var share = shares[key] ?? Share(left: most, asOf: now)
        let passed = min(max(0, now - share.asOf), 1_000_000)
        share.left = min(most, share.left + passed * Self.perSecond * factor)
        share.asOf = max(now, share.asOf)
        defer { shares[key] = share }
        // Heard again when a good part has come back, and not line by line.
        let price = (count + 64) * 1_000
        guard share.left >= (share.leftOut > 0 ? max(price, most / 4) : price) else {
            share.leftOut += 1
            return nil
        }
        share.left -= price
        defer { share.leftOut = 0 }
        return share.leftOut
    }

    /// The file before goes; where there can be no other one, this one is begun again.
    private func rotate() {
        guard let path else { return }
        guard rename(path, path + ".1") == 0 else { return beginAgain() }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return beginAgain() }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        bytes = 0
    }

    private func beginAgain() {
        guard ftruncate(handle.fileDescriptor, 0) == 0 else { return }
        lseek(handle.fileDescriptor, 0, SEEK_SET)
        bytes = 0
    }
}
