import CZlib

/// Raw deflate (RFC 1951): deflateInit2, deflateReset and deflateSetDictionary of zlib. One for a writer, since to make one costs
/// more than a small body.
struct Deflate: ~Copyable {
    // zlib keeps the address of a stream, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    // Measured over a back-test of many orders: a twentieth less room than level 4, in the same time; 7 and above gain nothing.
    private static let level: CInt = 6

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream, Self.level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "no memory for zlib")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// - Parameter atMost: bytes that it may take.
    /// - Returns: false when it takes more; `bytes` are as they were then.
    func append(_ body: [UInt8], to bytes: inout [UInt8], atMost most: Int, dictionary: [UInt8]) -> Bool {
        guard most > 0 else { return false }
        precondition(deflateReset(stream) == Z_OK, "zlib is in no order")
        dictionary.withUnsafeBufferPointer { dictionary in
            guard let first = dictionary.baseAddress, !dictionary.isEmpty else { return }
            let result = deflateSetDictionary(stream, first, CUnsignedInt(dictionary.count))
            precondition(result == Z_OK, "zlib takes no dictionary")
        }
        let packed = [UInt8](unsafeUninitializedCapacity: most) { room, count in
            body.withUnsafeBufferPointer { body in
                // zlib reads it, and has it as changeable for reasons of its age.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: body.baseAddress)
                stream.pointee.avail_in = CUnsignedInt(body.count)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = CUnsignedInt(room.count)
                count = deflate(stream, Z_FINISH) == Z_STREAM_END ? room.count - Int(stream.pointee.avail_out) : 0
            }
        }
        bytes += packed
        return !packed.isEmpty
    }
}

/// The other way: inflateInit2, inflateReset, inflateSetDictionary and inflate of zlib. One for all bodies that are read together.
struct Inflate: ~Copyable {
    // zlib keeps the address of a stream, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "no memory for zlib")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// - Returns: nil unless the bytes are the whole of a body of just this length; no more room than that is ever taken.
    func body(_ packed: ArraySlice<UInt8>, length: Int, dictionary: [UInt8]) -> [UInt8]? {
        guard inflateReset(stream) == Z_OK else { return nil }
        let hasDictionary = dictionary.withUnsafeBufferPointer { dictionary in
            guard let first = dictionary.baseAddress, !dictionary.isEmpty else { return true }
            return inflateSetDictionary(stream, first, CUnsignedInt(dictionary.count)) == Z_OK
        }
        guard hasDictionary else { return nil }
        var isWhole = false
        let body = [UInt8](unsafeUninitializedCapacity: max(1, length)) { room, count in
            packed.withUnsafeBufferPointer { packed in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: packed.baseAddress)
                stream.pointee.avail_in = CUnsignedInt(packed.count)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = CUnsignedInt(length)
                let isAtEnd = inflate(stream, Z_FINISH) == Z_STREAM_END
                isWhole = isAtEnd && stream.pointee.avail_in == 0 && stream.pointee.avail_out == 0
                count = length - Int(stream.pointee.avail_out)
            }
        }
        return isWhole ? body : nil
    }
}
