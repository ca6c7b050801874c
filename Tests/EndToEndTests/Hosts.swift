import Foundation
import Testing

/// Several hosts on this machine: a network namespace for the core, and one at the other end of each cable. Made for one
/// test, and removed with it.
final class Hosts {
    enum Cable: String {
        case policy = "10.77.1"
        case broker = "10.77.2"
        case provider = "10.77.3"
        /// To whoever has no business here.
        case stranger = "10.77.4"

        /// The core's end.
        var near: String { "\(rawValue).1" }
        var far: String { "\(rawValue).2" }
    }

    /// Why there can be none here; nil when there can.
    static let obstacle: String? = {
        guard let ip else { return "iproute2 is not installed (`ip`)" }
        let name = "bbprobe\(getpid())"
        guard command(ip, ["netns", "add", name]) == 0 else { return "this user may not make network namespaces" }
        defer { _ = command(ip, ["netns", "delete", name]) }
        let veth = ["link", "add", "bbprobe", "netns", name, "type", "veth", "peer", "name", "bbpeer", "netns", name]
        return command(ip, veth) == 0 ? nil : "this kernel has no veth"
    }()

    private static let ip = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first(
        where: FileManager.default.isExecutableFile)

    let core: String
    private var far: [Cable: String] = [:]
    var policies: String { self[.policy] }
    var broker: String { self[.broker] }
    private var bad: [RunningProcess] = []

    /// - Parameter areGood: plain veth cables; false: none yet, see ``badCable(_:_:)``.
    init(_ cables: [Cable] = [.policy, .broker], areGood: Bool = true) throws {
        let number = "bb\(getpid())x\(UInt16.random(in: .min ... .max))"
        core = "\(number)c"
        for cable in cables { far[cable] = "\(number)\(cable)" }
        for host in all {
            try ip("netns", "add", host)
            try ip("-n", host, "link", "set", "lo", "up")
        }
        guard areGood else { return }
        for cable in cables {
            let host = self[cable]
            try ip("link", "add", "far", "netns", host, "type", "veth", "peer", "name", "to-\(cable)", "netns", core)
            try ip("-n", core, "address", "add", "\(cable.near)/24", "dev", "to-\(cable)")
            try ip("-n", host, "address", "add", "\(cable.far)/24", "dev", "far")
            try ip("-n", host, "link", "set", "far", "up")
            try ip("-n", core, "link", "set", "to-\(cable)", "up")
            // It knocks where others come in.
            if cable == .stranger { try ip("-n", host, "route", "add", "default", "via", cable.near) }
        }
    }

    /// The host at the other end of a cable.
    subscript(cable: Cable) -> String { far[cable] ?? "there is no such cable" }
    private var all: [String] { [core] + far.values.sorted() }

    /// Lays a cable on which packets are late (30 ms, give or take 10), overtake each other, and one in twenty is lost.
    func badCable(_ cable: Cable, _ programs: Programs) throws {
        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/remote/cable.py"
        let host = self[cable]
        bad.append(
            try RunningProcess(
                programs,
                [script, core, cable.near, host, cable.far, "30", "10", "5", "20260316"],
                program: "/usr/bin/python3"))
        try eventually("the cable is laid") {
            Self.command(Self.ip ?? "", ["-n", host, "route", "get", cable.near]) == 0
        }
    }

    func pull(_ cable: Cable) throws { try ip("-n", core, "link", "set", "to-\(cable)", "down") }
    func putBack(_ cable: Cable) throws { try ip("-n", core, "link", "set", "to-\(cable)", "up") }

    deinit {
        for process in bad { kill(process.process.processIdentifier, SIGKILL) }
        for host in all { _ = Self.command(Self.ip ?? "", ["netns", "delete", host]) }
    }

    private func ip(_ arguments: String...) throws {
        let code = Self.command(try #require(Self.ip), arguments)
        try #require(code == 0, "ip \(arguments.joined(separator: " ")) ended with \(code)")
    }

    private static func command(_ program: String, _ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
