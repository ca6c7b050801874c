import Glibc

/// Why a path is not believed: somebody else owns it, or may change it, or something on the way to it.
package struct UntrustedPath: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let why: String

    package var description: String { "\(path): \(why)" }
}

/// Whether a file is ours alone to change, with every folder and link on the way to it (I-FILE-1): whoever may replace what we
/// read can tell us anything, and whoever may replace what we run is us.
///
/// Ours is what belongs to the user of this process or to root, and what nobody else may write. The group of that user alone may:
/// many systems give each user one. A folder in which all may write, but nobody remove what is another's (`/tmp`), is good to pass
/// through; what lies in it is looked at like the rest.
package enum FileTrust {
    /// Links that are followed.
    private static let mostLinks = 40
    /// Entries of a tree that are looked at.
    private static let mostEntries = 500_000

    /// As far as the path is there.
    /// - Parameter path: absolute.
    /// - Throws: ``UntrustedPath``: the first thing on the way that others may change.
    package static func check(_ path: String) throws(UntrustedPath) {
        var walk = Walk(path)
        try walk.run()
    }

    /// The same, and nobody else may add to the folder itself, not even where nobody may remove.
    package static func check(folder path: String) throws(UntrustedPath) {
        try check(path)
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw UntrustedPath(path: path, why: "it is no folder") }
        if let why = Owner.defect(status, maySticky: false) { throw UntrustedPath(path: path, why: why) }
    }

    /// A folder with all that it has, such as the programs of a plugin.
    package static func check(tree path: String) throws(UntrustedPath) {
        try check(folder: path)
        var waiting = [path]
        var seen = 0
        while let folder = waiting.popLast() {
            for name in names(in: folder) {
                seen += 1
                guard seen <= mostEntries else {
                    throw UntrustedPath(
                        path: path, why: "it has more than \(mostEntries) files, and is not looked through")
                }
                let entry = folder + "/" + name
                var status = stat()
                guard lstat(entry, &status) == 0 else { continue }
                switch status.st_mode & S_IFMT {
                case S_IFLNK: try check(entry)
                case S_IFDIR:
                    if let why = Owner.defect(status, maySticky: false) { throw UntrustedPath(path: entry, why: why) }
                    waiting.append(entry)
                default:
                    if let why = Owner.defect(status, maySticky: false) { throw UntrustedPath(path: entry, why: why) }
                }
            }
        }
    }

    /// A folder of this user alone: mode 0700, and no link.
    package static func check(private path: String) throws(UntrustedPath) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw UntrustedPath(path: path, why: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw UntrustedPath(path: path, why: "it is a link or no folder")
        }
        guard status.st_uid == geteuid() else {
            throw UntrustedPath(
                path: path,
                why: "it belongs to user \(status.st_uid), and this process is user \(geteuid()): run it as that user")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw UntrustedPath(
                path: path, why: "others may open it (mode \(String(status.st_mode & 0o777, radix: 8))); chmod 700 it")
        }
        try check(path)
    }

    /// A file that is open: a regular one, under one name, and ours.
    package static func check(open descriptor: CInt, _ path: String) throws(UntrustedPath) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw UntrustedPath(path: path, why: String(cString: strerror(errno)))
        }
        if let why = defect(ofFile: status) ?? Owner.defect(status, maySticky: false) {
            throw UntrustedPath(path: path, why: why)
        }
    }

    /// The same of a file that all users of this host share.
    package static func check(shared descriptor: CInt, _ path: String) throws(UntrustedPath) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw UntrustedPath(path: path, why: String(cString: strerror(errno)))
        }
        if let why = defect(ofFile: status) { throw UntrustedPath(path: path, why: why) }
    }

    private static func defect(ofFile status: stat) -> String? {
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is no plain file" }
        return status.st_nlink == 1
            ? nil : "the same file has \(status.st_nlink) names, so it may be another one: remove this name"
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Goes along a path one name after the other, as the kernel does.
    private struct Walk {
        private let path: String
        private var rest: [Substring]
        private var place = ""
        private var links = 0

        init(_ path: String) {
            self.path = path
            rest = path.split(separator: "/", omittingEmptySubsequences: true).reversed()
        }

        mutating func run() throws(UntrustedPath) {
            guard path.hasPrefix("/") else { throw UntrustedPath(path: path, why: "it is no absolute path") }
            try look("/")
            while let name = rest.popLast() {
                switch name {
                case ".": continue
                case "..": place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                default:
                    let next = place + "/" + name
                    var status = stat()
                    // What is not there yet is made where nobody else may.
                    guard lstat(next, &status) == 0 else { return }
                    if status.st_mode & S_IFMT == S_IFLNK {
                        try follow(next, status)
                    } else {
                        place = next
                        try look(next)
                    }
                }
            }
        }

        private mutating func follow(_ link: String, _ status: stat) throws(UntrustedPath) {
            links += 1
            guard links <= FileTrust.mostLinks else {
                throw UntrustedPath(path: path, why: "it goes over too many links")
            }
            guard Owner.isOurs(status) else {
                throw UntrustedPath(path: link, why: "it is a link of user \(status.st_uid)")
            }
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = target.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { readlink(link, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
            }
            guard count > 0 else { throw UntrustedPath(path: link, why: String(cString: strerror(errno))) }
            let text = String(decoding: target.prefix(count), as: UTF8.self)
            if text.hasPrefix("/") { place = "" }
            rest += text.split(separator: "/", omittingEmptySubsequences: true).reversed()
        }

        private func look(_ place: String) throws(UntrustedPath) {
            var status = stat()
            guard lstat(place, &status) == 0 else { return }
            if let why = Owner.defect(status, maySticky: true) { throw UntrustedPath(path: place, why: why) }
        }
    }

    private enum Owner {
        static func isOurs(_ status: stat) -> Bool { status.st_uid == geteuid() || status.st_uid == 0 }

        /// - Parameter maySticky: all may write in a folder, where nobody may remove what is another's.
        static func defect(_ status: stat, maySticky: Bool) -> String? {
            guard isOurs(status) else {
                return "it belongs to user \(status.st_uid), and this process is user \(geteuid())"
            }
            let kind = status.st_mode & S_IFMT
            // Devices such as /dev/null are for all.
            guard kind == S_IFDIR || kind == S_IFREG else { return nil }
            if maySticky, kind == S_IFDIR, status.st_mode & S_ISVTX != 0 { return nil }
            let mode = String(status.st_mode & 0o7777, radix: 8)
            if status.st_mode & 0o002 != 0 { return "everybody may change it (mode \(mode)); chmod o-w it" }
            guard status.st_mode & 0o020 != 0, !isPrivate(status.st_gid) else { return nil }
            return "the group \(status.st_gid) may change it (mode \(mode)); chmod g-w it"
        }

        /// The group that a system gives each user, with nobody else in it.
        private static func isPrivate(_ group: gid_t) -> Bool {
            guard group == getegid(), let entry = getgrgid(group), let user = getpwuid(geteuid()),
                let name = user.pointee.pw_name, let groupName = entry.pointee.gr_name
            else { return false }
            guard user.pointee.pw_gid == group, strcmp(groupName, name) == 0 else { return false }
            guard let members = entry.pointee.gr_mem else { return true }
            var index = 0
            while let member = members[index] {
                guard strcmp(member, name) == 0 else { return false }
                index += 1
            }
            return true
        }
    }
}
