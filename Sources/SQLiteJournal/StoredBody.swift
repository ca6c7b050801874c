import CZlib
import Journal

/// The form in which a body stands in the file. Hashes are over the plain body, whatever its form: it is no part of what is proven.
///
/// The first byte says the form. Anything but these three is the body itself: canonical JSON begins with none of them, and
/// journals of before there were forms hold nothing else.
///
///     0  the body follows as it is
///     1  length, then raw deflate (RFC 1951)
///     2  distance, length, then raw deflate whose dictionary is the body of the entry that is `distance` before: of the same
///        type as a rule, and never itself of form 2, so that to read a body at most one other is read
///
/// Distance and length are LEB128, without sign.
///
/// - I-JRN-14: A stored body takes no more room when it is read than its length says, and no more than ``JournalLimits/bodyBytes``.
enum StoredBody {
    enum Form: UInt8 {
        case plain = 0
        case deflated = 1
        case onBase = 2
    }

    /// Why a body cannot be read.
    struct Defect: Error {
        let what: String
    }

    /// A body to be read, up to what depends on another one.
    struct Parts {
        fileprivate let form: Form?
        fileprivate let bytes: ArraySlice<UInt8>
        fileprivate let length: Int
        /// Entries before this one at which its dictionary stands; nil when it needs none.
        let distance: Int64?

        /// - Throws: ``Defect`` for what was never written, and for a length beyond the limit.
        init(_ stored: [UInt8]) throws(Defect) {
            guard let first = stored.first, let form = Form(rawValue: first) else {
                (form, bytes, length, distance) = (nil, stored[...], stored.count, nil)
                return
            }
            var rest = stored.dropFirst()
            switch form {
            case .plain: (distance, length) = (nil, rest.count)
            case .deflated, .onBase:
                let distance = form == .onBase ? try StoredBody.number(&rest) : nil
                guard distance.map({ $0 > 0 }) ?? true else { throw Defect(what: "its body refers to itself") }
                let length = try StoredBody.number(&rest)
                guard length <= JournalLimits.bodyBytes else {
                    throw Defect(
                        what: "its body says that it has \(length) bytes, and \(JournalLimits.bodyBytes) is the most")
                }
                (self.distance, self.length) = (distance, Int(length))
            }
            (self.form, bytes) = (form, rest)
        }

        /// - Parameter base: the body at ``distance``; empty for none.
        func body(on base: [UInt8], _ inflate: borrowing Inflate) throws(Defect) -> [UInt8] {
            switch form {
            case nil, .plain: return Array(bytes)
            case .deflated, .onBase:
                guard let body = inflate.body(bytes, length: length, dictionary: base) else {
                    throw Defect(what: "its body cannot be unpacked to the \(length) bytes that it says it has")
                }
                return body
            }
        }
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) throws(Defect) -> Int64 {
        var value: Int64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard let byte = bytes.popFirst() else { break }
            value |= Int64(byte & 0x7F) << Int64(shift)
            if byte < 0x80 { return value }
        }
        throw Defect(what: "its body has no length")
    }

    static func put(_ number: Int64, into bytes: inout [UInt8]) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Puts bodies into the form that takes the least room: on the last of its type that stands by itself, where that halves what it
/// takes by itself, or by itself, and then the next are put on it. So an answer that repeats the one before takes a few bytes.
struct BodyPacker: ~Copyable {
    private struct Base {
        var sequence: Int64
        var body: [UInt8]
        /// Bytes that it takes itself.
        var stored: Int
    }

    /// Shorter ones gain nothing.
    private static let shortest = 48
    /// Longer ones are no base: deflate looks back over 32 KiB.
    private static let longestBase = 64 << 10
    /// Types of which a base is kept.
    private static let mostBases = 256

    private let first: Int64
    private var bases: [String: Base] = [:]
    private let deflate = Deflate()

    /// - Parameter plainEntries: bodies of the journal's first so many entries are stored as they are.
    init(plainEntries: Int64) { first = plainEntries + 1 }

    mutating func pack(_ body: [UInt8], type: String, sequence: Int64) -> [UInt8] {
        guard sequence >= first, body.count >= Self.shortest else { return plain(body) }
        if let base = bases[type] {
            var stored = [StoredBody.Form.onBase.rawValue]
            StoredBody.put(sequence - base.sequence, into: &stored)
            StoredBody.put(Int64(body.count), into: &stored)
            // In proportion to what the base takes, since bodies of a type differ in length.
            let most = max(base.stored, base.stored * body.count / base.body.count) / 2
            if deflate.append(body, to: &stored, atMost: most, dictionary: base.body) { return stored }
        }
        var stored = [StoredBody.Form.deflated.rawValue]
        StoredBody.put(Int64(body.count), into: &stored)
        let isShorter = deflate.append(body, to: &stored, atMost: body.count - 1, dictionary: [])
        if !isShorter { stored = plain(body) }
        if body.count <= Self.longestBase, bases[type] != nil || bases.count < Self.mostBases {
            bases[type] = Base(sequence: sequence, body: body, stored: stored.count)
        }
        return stored
    }

    private func plain(_ body: [UInt8]) -> [UInt8] {
        guard let first = body.first, StoredBody.Form(rawValue: first) != nil else { return body }
        return [StoredBody.Form.plain.rawValue] + body
    }
}
