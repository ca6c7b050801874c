import CPosix
import Glibc
import Messaging

/// Calls on a descriptor that libzmq owns. It may be another connection by now, so each is checked before it is cut.
enum TCPConnection {
    /// `address:port` of the other end (`getpeername`); nil when there is none.
    static func peer(of descriptor: CInt) -> Bytes? { name(of: descriptor, getpeername) }

    /// The host in a ``peer(of:)``, as a person reads it (`inet_ntop`); nil for another family.
    static func address(_ end: Bytes) -> String? {
        guard end.count >= 16 else { return nil }
        let family = CInt(end.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) })
        // In sockaddr_in the address stands after the port, in sockaddr_in6 after the flow too.
        guard family == AF_INET || family == AF_INET6 && end.count >= 24 else { return nil }
        let place = family == AF_INET ? 4 : 8
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isText = end.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return false }
            return inet_ntop(family, base + place, &text, socklen_t(INET6_ADDRSTRLEN)) != nil
        }
        return isText ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// Ends a connection (`shutdown`), if it is one that was accepted at this port.
    /// - Parameter peer: the other end that it must have; nil: any.
    static func cut(_ descriptor: CInt, port: UInt16, peer: Bytes? = nil) {
        guard localPort(of: descriptor) == port, peer == nil || Self.peer(of: descriptor) == peer else { return }
        // ENOTCONN: it has ended by itself.
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
    }

    /// What has come over it, as the kernel counts (`TCP_INFO`); 0 where it does not say.
    static func bytesReceived(_ descriptor: CInt) -> UInt64 { UInt64(cposix_bytes_received(descriptor)) }

    private static func localPort(of descriptor: CInt) -> UInt16? {
        guard let name = name(of: descriptor, getsockname), name.count >= 4 else { return nil }
        let family = name.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) }
        guard CInt(family) == AF_INET || CInt(family) == AF_INET6 else { return nil }
        // In both families the port stands after the family, in network order.
        return UInt16(name[2]) << 8 | UInt16(name[3])
    }

    private static func name(
        of descriptor: CInt, _ call: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> Bytes? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { buffer -> Bytes? in
            guard let base = buffer.baseAddress else { return nil }
            let result = call(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length)
            return result == 0 ? Bytes(buffer.prefix(Int(length))) : nil
        }
    }

    /// - Throws: ``MessagingError/unsafeToListen(_:)`` when this process may open too few files.
    static func raiseDescriptorLimit() throws(MessagingError) {
        let most = try DescriptorLimit.raise()
        guard most >= rlim_t(Limits.descriptors) else {
            throw .unsafeToListen(
                "this process may open \(most) files, and unauthenticated peers could use them up; allow \(Limits.descriptors) or more (systemd: LimitNOFILE=4096, shell: ulimit -Hn 4096)"
            )
        }
    }
}

/// How many files this process may open.
enum DescriptorLimit {
    /// Far more than plugins open, however many connections one of them leaks.
    private static let wanted: rlim_t = 65_536

    /// Raises it as far as it may (`setrlimit`). libzmq 4.3.4 ends the process when no descriptor is left for a new ipc
    /// connection (`errno_assert` in `ipc_listener_t::accept`).
    /// - Returns: the limit.
    static func raise() throws(MessagingError) -> rlim_t {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { throw MessagingError(code: errno, call: "getrlimit") }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, wanted))
        guard setrlimit(kind, &limit) == 0 else { throw MessagingError(code: errno, call: "setrlimit") }
        cposix_reserve_descriptors(CInt(clamping: limit.rlim_cur), CInt(Limits.reservedDescriptors))
        return limit.rlim_cur
    }
}
