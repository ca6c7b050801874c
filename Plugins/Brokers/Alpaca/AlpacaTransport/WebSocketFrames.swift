/// Frames of a WebSocket (RFC 6455) out of bytes as they come, and the bytes of those that a client sends. It has no socket.
///
/// A message may come in several frames, with pings between them. What a server must not send is a fault, and ends the connection.
package struct WebSocketFrames: Sendable {
    package enum Item: Equatable, Sendable {
        case message([UInt8], isText: Bool)
        case ping([UInt8])
        case pong
        /// With the server's code and words, where it has some.
        case close(code: Int?, words: String)
    }

    package enum Fault: Error, Equatable, Sendable {
        case tooLong
        case reservedBits
        case masked
        case unknownOpcode(UInt8)
        /// A control frame in parts, or one that is too long.
        case control
        /// A continuation of nothing, or a new message within another one.
        case continuation
        case invalidUTF8
    }

    package enum Opcode: UInt8, Sendable {
        case continuation = 0, text, binary
        case close = 8, ping, pong
    }

    private struct Head {
        let opcode: Opcode
        let isLast: Bool
        let bytes: Int
        let length: Int
    }

    /// Bytes of a message.
    private let most: Int
    private var buffer: [UInt8] = []
    /// Of the buffer: what is in front has been read.
    private var start = 0
    private var message: [UInt8] = []
    private var messageIsText: Bool?

    /// - Parameter most: bytes of the longest message.
    package init(most: Int) { self.most = most }

    // MARK: - What comes

    /// - Throws: ``Fault``; nothing more can be read then.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(Fault) -> [Item] {
        buffer += bytes
        var items: [Item] = []
        while let head = try head(), buffer.count - start >= head.bytes + head.length {
            let payload = buffer[(start + head.bytes)..<(start + head.bytes + head.length)]
            if let item = try take(head, payload) { items.append(item) }
            start += head.bytes + head.length
        }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.count < 65_536)
            start = 0
        } else if start > 65_536 {
            buffer.removeFirst(start)
            start = 0
        }
        return items
    }

    /// nil as long as it is not all there.
    private func head() throws(Fault) -> Head? {
        let available = buffer.count - start
        guard available >= 2 else { return nil }
        let (first, second) = (buffer[start], buffer[start + 1])
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard second & 0x80 == 0 else { throw .masked }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { throw .unknownOpcode(first & 0x0F) }
        let isLast = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.rawValue >= 8, !isLast || short > 125 { throw .control }
        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        guard available >= 2 + extra else { return nil }
        var length = UInt64(short)
        if extra > 0 {
            length = buffer[(start + 2)..<(start + 2 + extra)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard length <= UInt64(most) else { throw .tooLong }
        return Head(opcode: opcode, isLast: isLast, bytes: 2 + extra, length: Int(length))
    }

    private mutating func take(_ head: Head, _ payload: ArraySlice<UInt8>) throws(Fault) -> Item? {
        switch head.opcode {
        case .ping: return .ping(Array(payload))
        case .pong: return .pong
        case .close: return try Self.close(payload)
        case .text, .binary:
            guard messageIsText == nil else { throw .continuation }
            messageIsText = head.opcode == .text
        case .continuation: guard messageIsText != nil else { throw .continuation }
        }
        guard message.count + payload.count <= most else { throw .tooLong }
        message += payload
        guard head.isLast, let isText = messageIsText else { return nil }
        defer { (message, messageIsText) = ([], nil) }
        if isText, String(validating: message, as: UTF8.self) == nil { throw .invalidUTF8 }
        return .message(message, isText: isText)
    }

    private static func close(_ payload: ArraySlice<UInt8>) throws(Fault) -> Item {
        guard payload.count != 1 else { throw .control }
        guard payload.count >= 2 else { return .close(code: nil, words: "") }
        let code = payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        guard let words = String(validating: payload.dropFirst(2), as: UTF8.self) else { throw .invalidUTF8 }
        return .close(code: code, words: words)
    }

    // MARK: - What goes out

    /// One whole frame, masked, as a client has to.
    package static func frame(
        _ opcode: Opcode, _ payload: [UInt8], mask: UInt32 = .random(in: 0...UInt32.max)
    ) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode.rawValue]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...65_535: bytes += [0x80 | 126] + bigEndian(UInt64(payload.count), 2)
        default: bytes += [0x80 | 127] + bigEndian(UInt64(payload.count), 8)
        }
        let key = bigEndian(UInt64(mask), 4)
        bytes += key
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }
}
