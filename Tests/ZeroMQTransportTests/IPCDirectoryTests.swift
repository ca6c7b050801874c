import Glibc
import Messaging
import TestSupport
import Testing

@testable import ZeroMQTransport

@Suite("the directory of ipc sockets", .blocking, .timeLimit(.minutes(1)))
struct IPCDirectoryTests {
    let temporary: TemporaryDirectory
    let path: String

    init() throws {
        temporary = try TemporaryDirectory()
        path = temporary.path + "/ipc"
    }

    /// Ends a process that inherits nothing and tries the lock: 0 when it got it, 1 when not.
    private func lockFromOtherProcess() throws -> CInt {
        var process: pid_t = 0
        let words = ["flock", "--nonblock", "\(path)/lock", "true"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        try #require(posix_spawn(&process, "/usr/bin/flock", nil, nil, &arguments, environ) == 0)
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
        return (status >> 8) & 0xFF
    }

    @Test("it is made with mode 0700, and the sockets in it work")
    func made() throws {
        let directory = try IPCDirectory(path)
        var status = stat()
        try #require(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o700)
        let context = try ZeroMQContext()
        let router = try ZeroMQSocket(.router, in: context)
        try router.bind(directory.endpoint(named: "policies.sock"))
        let endpoint = try router.lastEndpoint()
        #expect(endpoint.text == "ipc://\(path)/policies.sock")
    }

    @Test("a second holder is refused and told who holds it, until the first lets go")
    func lock() throws {
        let first = try IPCDirectory(path)
        let error = try failure { _ = try IPCDirectory(path) }
        #expect(error == .addressInUse("\(path) is held by process \(getpid())"))
        #expect(try lockFromOtherProcess() == 1)
        first.close()
        #expect(try lockFromOtherProcess() == 0)
        _ = try IPCDirectory(path)
    }

    @Test("the end of the value lets go as well")
    func release() throws {
        do { _ = try IPCDirectory(path) }
        let again = try IPCDirectory(path)
        #expect(again.path == path)
    }

    @Test("a mode other than 0700 is refused", arguments: [0o750, 0o701, 0o777, 0o500] as [mode_t])
    func mode(mode: mode_t) throws {
        try #require(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0)
        let error = try failure { _ = try IPCDirectory(path) }
        #expect(error == .permission("\(path) has mode \(String(mode, radix: 8)) where 700 is needed"))
    }

    @Test("another's directory is refused", .enabled(if: geteuid() == 0))
    func owner() throws {
        try #require(mkdir(path, 0o700) == 0 && chown(path, 12_345, 0) == 0)
        let error = try failure { _ = try IPCDirectory(path) }
        #expect(error == .permission("\(path) belongs to user 12345, and we are user 0"))
    }

    @Test("a link to a good directory is refused, and so are a file and a linked lock")
    func links() throws {
        let target = temporary.path + "/target"
        try #require(mkdir(target, 0o700) == 0 && symlink(target, path) == 0)
        let link = try failure { _ = try IPCDirectory(path) }
        #expect(link == .permission("\(path) is a link or no directory"))

        let file = temporary.path + "/file"
        try #require(Glibc.close(creat(file, 0o600)) == 0)
        let plain = try failure { _ = try IPCDirectory(file) }
        #expect(plain == .permission("\(file) is a link or no directory"))

        try #require(symlink(file, "\(target)/lock") == 0)
        let lock = try failure { _ = try IPCDirectory(target) }
        guard case .permission = lock else { throw lock }
    }

    @Test("a path that is not absolute, ends in a slash or has no parent is refused")
    func paths() throws {
        for bad in ["", "relative", "/", path + "/"] {
            let error = try failure { _ = try IPCDirectory(bad) }
            guard case .invalidEndpoint = error else { throw error }
        }
        let error = try failure { _ = try IPCDirectory(path + "/deeper") }
        guard case .system(code: ENOENT, _) = error else { throw error }
    }

    @Test("a name that leads elsewhere, is the lock's or is too long is refused before any bind")
    func names() throws {
        let directory = try IPCDirectory(path)
        let long = String(repeating: "n", count: Limits.maximumIPCPathBytes)
        for bad in ["", ".", "..", "a/b", "../a", "lock", "a b", long] {
            let error = try failure { _ = try directory.endpoint(named: bad) }
            guard case .invalidEndpoint = error else { throw error }
        }
    }
}
