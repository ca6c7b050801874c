import Glibc
import Trading
import Wire

/// P8: the core that an adapter obeys, in a file that outlives the process: written before anything is done for a newer one.
///
/// - I-FENCE-1: An adapter obeys the core of one journal: a core of another is refused whatever its epoch, until a person lets
///   it take over.
/// - I-FENCE-2: Of one journal a lower epoch is refused, and the same epoch of another run: of a copy that was started too.
struct CoreFence {
    private let path: String
    /// Nil before the first command.
    private(set) var kept: CoreIdentity?

    /// Bytes of the largest file that is read.
    private static let maximumBytes = 4_096

    /// - Throws: ``SettingsError`` for a file that cannot be read: who does not know which core is the newest may not trade.
    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw Self.failure(path, "open") }
            return
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw Self.failure(path, "read") }
        do {
            kept = try WireDecoder().decode(
                CoreIdentity.self, from: Array(bytes[..<count]), unknownFields: .ignore)
        } catch {
            throw SettingsError(
                "\(path): it should name the core that this adapter obeys, and \(error); see docs/swap.md on how to free an adapter"
            )
        }
    }

    /// - Parameter core: as `welcome` names it; nil for a core of an earlier minor, of which the epoch alone is known.
    /// - Throws: ``FencedError``, and ``SettingsError`` when the file cannot be written: nothing may be done then.
    mutating func admit(epoch: Int64, of core: CoreIdentity?, highest: Int64) throws {
        if let kept, let journal = kept.journal, let ours = core?.journal, journal != ours { throw FencedError(kept) }
        let newest = max(kept?.epoch ?? 0, highest)
        guard epoch >= newest else {
            // An epoch that the adapter has kept by itself belongs to nobody that is known here.
            let known = kept.flatMap { $0.epoch == newest ? $0 : nil }
            throw FencedError(known ?? CoreIdentity(journal: nil, run: nil, epoch: newest))
        }
        if let kept, epoch == kept.epoch, let run = kept.run, let ours = core?.run, run != ours {
            throw FencedError(kept)
        }
        let next = CoreIdentity(
            journal: core?.journal ?? kept?.journal, run: core == nil ? kept?.run : core?.run, epoch: epoch)
        if next != kept { try keep(next) }
    }

    /// A person has said so.
    mutating func takeOver(by core: CoreIdentity) throws { try keep(core) }

    /// Written beside and renamed over, each made durable.
    private mutating func keep(_ core: CoreIdentity) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, "open") }
        defer { close(descriptor) }
        let bytes = try WireEncoder().encode(core) + [10]
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw Self.failure(path, "write")
        }
        guard rename(temporary, path) == 0 else { throw Self.failure(path, "rename") }
        let folder = open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure(path, "open of its folder") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.failure(path, "fsync of its folder") }
        kept = core
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private static func failure(_ path: String, _ call: String) -> SettingsError {
        SettingsError(
            "\(path): \(call): \(String(cString: strerror(errno))); which core is obeyed cannot be kept, so none is")
    }
}

/// A command of a core that is not obeyed, or not any more.
struct FencedError: Error, CustomStringConvertible {
    let fence: CoreIdentity

    init(_ fence: CoreIdentity) { self.fence = fence }

    var description: String {
        let journal = fence.journal.map { " of the journal \($0.prefix(8))" } ?? ""
        return
            "this adapter obeys a core of epoch \(fence.epoch)\(journal), and not this one: end one of the two, or say `bigbrother broker free`"
    }
}
