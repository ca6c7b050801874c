import CommandSupport
import Configuration
import Glibc
import Node

/// The configuration file of a run, looked at again and again: stat(2), so that an editor's rename over it is seen as well
/// as a write into it.
final class WatchedConfiguration: ConfigurationSource {
    private let running: LoadedConfiguration
    /// The files that were loaded last, or refused.
    private var known: [Stamp]
    /// Others that were seen once: they count when they are still the same at the next look, for then nobody is writing them.
    private var candidate: [Stamp]?

    /// - Parameter running: what the run was started with.
    init(_ running: LoadedConfiguration) {
        self.running = running
        known = Self.stamps(running)
    }

    func hasChanged() -> Bool {
        let now = Self.stamps(running)
        guard now != known else {
            candidate = nil
            return false
        }
        defer { candidate = now }
        return candidate == now
    }

    func load() throws -> ConfigurationTarget {
        // Before it is read: what is written meanwhile is seen as another change.
        known = Self.stamps(running)
        candidate = nil
        return try Home.configuration(running.file.path).target(for: running)
    }

    /// The file itself, and the files of the folder that policies are adopted from, two levels deep.
    private static func stamps(_ running: LoadedConfiguration) -> [Stamp] {
        var stamps = [Stamp(running.file.path)].compactMap { $0 }
        if let folder = running.adoptionDirectory { add(folder, 0, &stamps) }
        return stamps
    }

    private static func add(_ folder: String, _ depth: Int, _ stamps: inout [Stamp]) {
        guard depth < 3, stamps.count < mostFiles, let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < mostNames, let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        // Caches come and go by themselves. A manifest comes before what else its folder has.
        for name in names.sorted(by: { ($0 == manifest ? 0 : 1, $0) < ($1 == manifest ? 0 : 1, $1) })
        where !name.hasPrefix(".") && !name.hasPrefix("__") {
            let path = folder + "/" + name
            guard let stamp = Stamp(path) else { continue }
            if stamp.isFolder, depth == 0 {
                // Each plugin has its own share, or the files of one would hide that another comes or goes.
                var own: [Stamp] = []
                add(path, 1, &own)
                stamps += own
            } else if stamp.isFolder {
                add(path, depth + 1, &stamps)
            } else if depth == 0 || stamps.count < mostFiles {
                stamps.append(stamp)
            }
        }
    }

    private static let manifest = "plugin.json"
    /// Of one folder.
    private static let mostNames = 10_000
    /// What is looked at once a second of one plugin.
    private static let mostFiles = 500

    private struct Stamp: Equatable {
        let path: String
        let seconds: Int
        let nanoseconds: Int
        let size: Int64
        let file: UInt64
        let isFolder: Bool

        /// Nil when there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.path = path
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            size = Int64(status.st_size)
            file = UInt64(status.st_ino)
            isFolder = status.st_mode & S_IFMT == S_IFDIR
        }
    }
}
