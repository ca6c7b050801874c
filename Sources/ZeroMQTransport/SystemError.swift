import CZeroMQ
import Glibc
import Messaging

/// What a C call was about. It decides what an ambiguous errno means.
enum CallSubject {
    case endpoint(Endpoint)
    case peer(PeerID)
    case path(String)
    case handle

    fileprivate var words: String {
        switch self {
        case .endpoint(let endpoint): " on \(endpoint)"
        case .peer(let peer): " to peer \(peer)"
        case .path(let path): " on \(path.prefix(Limits.quotedCharacters))"
        case .handle: ""
        }
    }
}

extension MessagingError {
    /// The one translator from errno (`zmq_errno`, `zmq_strerror`) to an error.
    init(code: CInt, call: String, subject: CallSubject = .handle) {
        switch (code, subject) {
        case (EAGAIN, _): self = .wouldBlock
        case (EHOSTUNREACH, .peer(let peer)): self = .peerUnknown(peer)
        case (ETERM, _), (ENOTSOCK, _): self = .closed
        case (EADDRINUSE, .endpoint(let endpoint)): self = .addressInUse("\(endpoint) is in use")
        case (EACCES, _), (EPERM, _), (ELOOP, .path):
            self = .permission("\(call)\(subject.words) is not permitted (\(Self.words(for: code)))")
        case (EINVAL, .endpoint(let endpoint)), (EPROTONOSUPPORT, .endpoint(let endpoint)),
            (ENOCOMPATPROTO, .endpoint(let endpoint)), (EADDRNOTAVAIL, .endpoint(let endpoint)),
            (ENODEV, .endpoint(let endpoint)), (ENAMETOOLONG, .endpoint(let endpoint)):
            self = .invalidEndpoint("\(call) refuses \(endpoint) (\(Self.words(for: code)))")
        case (_, _): self = .system(code: code, call: "\(call)\(subject.words) (\(Self.words(for: code)))")
        }
    }

    private static func words(for code: CInt) -> String {
        guard let text = zmq_strerror(code) else { return "no description" }
        return String(cString: text)
    }
}
