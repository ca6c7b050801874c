import FileTrust
import Foundation
import Journal

/// Holds `<journal>.lock`, so that one core alone writes a journal: flock(2), which the kernel releases when the process
/// ends, however it ends. The file stays, and has the last holder's name.
struct WriterLock: ~Copyable {
    private let descriptor: CInt

    // Who merely asks for the holder has the lock for an instant; so a refusal counts when it lasts.
    private static let attempts = 10
    private static let pauseMicroseconds: UInt32 = 2_000

    /// - Throws: `heldBy`; `full` and `io` when the file cannot be written.
    init(journal path: String) throws(JournalError) {
        descriptor = try Self.acquire(path)
    }

    private static func acquire(_ path: String) throws(JournalError) -> CInt {
        // A link would have its target written.
        let descriptor = open(file(of: path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            guard errno == ELOOP else { throw failure(path, "open", errno) }
            throw .io(path: path, why: "\(file(of: path)) is a link: remove it")
        }
        do throws(JournalError) {
            do throws(UntrustedPath) { try FileTrust.check(open: descriptor, file(of: path)) } catch {
                throw .io(path: path, why: "\(error)")
            }
            try wait(for: descriptor, path)
            guard sign(descriptor) else { throw failure(path, "write", errno) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func wait(for descriptor: CInt, _ path: String) throws(JournalError) {
        for _ in 0..<attempts {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { throw failure(path, "flock", errno) }
            usleep(pauseMicroseconds)
        }
        throw .heldBy(path: path, holder: signature(descriptor))
    }

    private static func failure(_ path: String, _ call: String, _ code: CInt) -> JournalError {
        code == ENOSPC
            ? .full(path: path, why: "the disk is full")
            : .io(path: path, why: "\(call) of \(file(of: path)): \(systemWords(code))")
    }

    /// Lets go.
    consuming func close() {}

    deinit { Glibc.close(descriptor) }

    static func file(of path: String) -> String { path + ".lock" }

    /// Who writes a journal now; nil when nobody does.
    static func holder(of path: String) -> LockState {
        let descriptor = open(file(of: path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return .free }
        defer { Glibc.close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? .free : .held(signature(descriptor))
    }

    private static func sign(_ descriptor: CInt) -> Bool {
        let host = ProcessInfo.processInfo.hostName.replacing(" ", with: "-")
        let holder = LockHolder(pid: getpid(), host: host, since: Date().formatted(.iso8601))
        let text = Array("\(holder)\n".utf8)
        return ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, text.count, 0) == text.count
    }

    /// The text of ``sign()``: process PID on HOST since TIME.
    private static func signature(_ descriptor: CInt) -> LockHolder? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 6, let pid = Int32(words[1]) else { return nil }
        return LockHolder(pid: pid, host: String(words[3]), since: String(words[5]))
    }
}

/// Whether somebody writes a journal.
package enum LockState: Hashable, Sendable {
    case free
    /// The holder is nil when the lock does not say who, as in the instant of taking it.
    case held(LockHolder?)
}
