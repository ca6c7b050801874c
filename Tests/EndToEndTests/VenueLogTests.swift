import Foundation
import TestSupport
import Testing
import Trading

@testable import PaperExchange
@testable import PaperAdapter

@Suite("The paper venue's log", .blocking)
struct VenueLogTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bb-log-\(UUID().uuidString)")

    /// A core that is started at once after kill -9 starts its adapter while the old one may be at its last message.
    @Test("one process keeps it: the next waits until the one before is gone, and sees all that it wrote")
    func oneKeeper() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("paper-venue.log").path
        let exchange = try PaperExchange(
            PaperConfiguration(account: try AccountID("test"), cash: try Money("1000")), at: Timestamp(nanoseconds: 0))
        var first: VenueLog? = try VenueLog(path: path)
        try first?.begin(with: exchange, epoch: 1)
        let second = Later { try VenueLog(path: path).read().count }
        let inode = try #require(
            try FileManager.default.attributesOfItem(atPath: path + ".lock")[.systemFileNumber] as? UInt64)
        try eventually("the second one waits") {
            try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n").contains {
                $0.contains("-> FLOCK") && $0.contains(":\(inode) ")
            }
        }
        try first?.append(.epoch(2))
        first = nil
        #expect(try second.value() == 2, "the snapshot, and the line that was written while the second one waited")
    }
}

extension VenueLogTests {
    /// Or each command to a large account would write all of it.
    @Test("it begins anew when it has grown to twice its snapshot, not whenever it is long")
    func growsWithItsSnapshot() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let exchange = try PaperExchange(
            PaperConfiguration(account: try AccountID("test"), cash: try Money("1000")), at: Timestamp(nanoseconds: 0))
        let log = try VenueLog(path: folder.appendingPathComponent("paper-venue.log").path, compactAt: 10)
        try log.begin(with: exchange, epoch: 1)
        #expect(!log.isLong, "it is nothing but its snapshot")
        var lines: Int64 = 0
        while !log.isLong {
            lines += 1
            try log.append(.epoch(lines))
        }
        #expect(lines > 10)
        try log.begin(with: exchange, epoch: lines)
        #expect(try log.read().count == 1 && !log.isLong)
    }
}

/// Something that another thread finds out.
private final class Later<Value>: @unchecked Sendable {
    // Written by one thread, read after its group is done.
    private var result: Result<Value, any Error>?
    private let group = DispatchGroup()

    init(_ work: @escaping @Sendable () throws -> Value) {
        group.enter()
        Thread {
            self.result = Result { try work() }
            self.group.leave()
        }.start()
    }

    func value() throws -> Value {
        group.wait()
        return try #require(result).get()
    }
}
