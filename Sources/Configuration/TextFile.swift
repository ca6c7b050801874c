import Foundation

/// A file that somebody else may have written, read with a bound: a device, a pipe or a sparse file of gigabytes costs nothing.
enum TextFile {
    /// Bytes of a configuration, and of a manifest.
    static let configurationBytes = 4 << 20
    static let manifestBytes = 64 << 10

    /// A manifest: a regular file by its own name, no link, of at most ``manifestBytes``.
    /// - Throws: ``ConfigurationError``.
    static func manifest(_ path: String) throws(ConfigurationError) -> String {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        let code = errno
        guard descriptor >= 0 else {
            throw failure(path, code == ELOOP ? "it is a link; put the file itself here" : words(code))
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure(path, words(errno)) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw failure(path, "it is no regular file") }
        guard facts.st_size <= manifestBytes else {
            throw failure(path, "it has \(facts.st_size) bytes, a manifest has at most \(manifestBytes)")
        }
        return try text(descriptor, path, atMost: manifestBytes)
    }

    /// - Throws: ``ConfigurationError`` when it cannot be read.
    static func configuration(_ path: String) throws(ConfigurationError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw failure(path, errno == ENOENT ? "there is no such file: \(words(ENOENT))" : words(errno))
        }
        defer { close(descriptor) }
        return try text(descriptor, path, atMost: configurationBytes)
    }

    private static func text(_ descriptor: CInt, _ path: String, atMost most: Int) throws(ConfigurationError) -> String
    {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "it cannot be read as text: \(words(errno))") }
            guard count > 0 else { break }
            bytes += chunk[..<count]
            guard bytes.count <= most else { throw failure(path, "it is longer than \(most) bytes") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw failure(path, "it cannot be read as text: it is no UTF-8")
        }
        return text
    }

    private static func failure(_ path: String, _ what: String) -> ConfigurationError {
        ConfigurationError(path: path, line: nil, what: what)
    }

    private static func words(_ code: CInt) -> String { String(cString: strerror(code)) }
}

/// The names in a folder, so many at most.
enum FolderListing {
    /// More files than that are in no folder of plugins.
    static let mostNames = 10_000

    /// - Returns: sorted, without hidden ones; nil where there are too many, or the folder cannot be read.
    static func names(in folder: String) -> [String]? {
        guard let directory = opendir(folder) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            guard names.count < mostNames else { return nil }
            names.append(name)
        }
        return names.sorted()
    }
}
