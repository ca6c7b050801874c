import JSON

/// Memory for one value on its way from a type that only its `WireType` knows to the caller who knows it too. A value is
/// put here when it is whole and is fetched at once, so one place is enough. (A temporary allocation for each would ask
/// the runtime for the types of its closure every time, which costs more than the reading.)
private final class WireScratch {
    static let byteCount = 1_024
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
    deinit { memory.deallocate() }
}

/// One decoding under way: the tokens, and what was asked of them.
///
/// A class because Codable hands out many containers that all read one text. Its memory serves one decoding after the
/// other.
final class WireDecoding {
    let names = WireNames()
    private(set) var isBusy = false
    private(set) var refusesUnknown = false
    /// A decimal may stand without quotes, as people write it in a configuration; never on the wire.
    private(set) var numbersAsText = false
    // Not checked for exclusive access: each use is one call that calls nobody back. The checks would cost more than the
    // reading.
    @exclusivity(unchecked) private(set) var tape = JSONTape()
    /// What was asked for, by whom; kept only where unknown fields are refused.
    @exclusivity(unchecked) private var asked: [(asker: Int32, name: WireName)] = []
    /// Containers within a value that are to be checked with it.
    private var nested: [WireDecodingNode] = []
    /// Who was asked for the one unlabeled value of an enum case; it checks its own fields.
    private var payloads: [Int32] = []
    /// Keys that are none of the CodingKeys, of whom. An enum asks for all keys to find its case.
    private var unmatched: [(asker: Int32, key: String)] = []
    @exclusivity(unchecked) private var lastAsker: Int32 = 0
    private let scratch = WireScratch()

    /// - Throws: why the bytes are no JSON.
    func load(_ bytes: [UInt8], maximumBytes: Int) throws(JSONError) {
        try tape.load(bytes, maximumBytes: maximumBytes)
    }

    func load(_ tree: JSON) { tape.load(tree) }

    func value<Value: Decodable>(
        _ type: Value.Type, _ unknownFields: WireDecoder.UnknownFields, numbersAsText: Bool
    ) throws(WireDecodingError) -> Value {
        isBusy = true
        defer { rest() }
        refusesUnknown = unknownFields == .refuse
        self.numbersAsText = numbersAsText
        return try decoded(type, at: 0)
    }

    private func rest() {
        isBusy = false
        tape.text = []
        if !asked.isEmpty { asked.removeAll(keepingCapacity: true) }
        nested = []
        payloads = []
        unmatched = []
        lastAsker = 0
    }

    /// The value at a token, with all its checks.
    func decoded<Value: Decodable>(_ type: Value.Type, at token: Int) throws(WireDecodingError) -> Value {
        let known = names.type(type)
        guard let direct = known.direct, !numbersAsText, MemoryLayout<Value>.size <= WireScratch.byteCount,
            direct.read(WireValue(decoding: self, token: token), into: scratch.memory)
        else { return try ordinary(known, at: token) }
        return scratch.memory.assumingMemoryBound(to: Value.self).move()
    }

    /// Reads what holds other values.
    func read<Value>(_ type: any WireReadable.Type, _ node: WireDecodingNode) throws -> Value {
        precondition(MemoryLayout<Value>.size <= WireScratch.byteCount, "an array or a dictionary is one reference")
        try type.decode(from: node, into: scratch.memory)
        return scratch.memory.assumingMemoryBound(to: Value.self).move()
    }

    private func ordinary<Value: Decodable>(_ known: WireType, at token: Int) throws(WireDecodingError) -> Value {
        lastAsker += 1
        let node = WireDecodingNode(decoding: self, token: token, asker: lastAsker)
        let (askedBefore, nestedBefore) = (asked.count, nested.count)
        defer { if nested.count > nestedBefore { nested.removeLast(nested.count - nestedBefore) } }
        do {
            let result: Value = try node.unchecked(known)
            if refusesUnknown {
                try refuseUnknown(node, nestedFrom: nestedBefore)
                asked.removeLast(asked.count - askedBefore)
            }
            return result
        } catch {
            let error = node.translated(error, unmatched: unmatched.first { $0.asker == node.asker }?.key)
            throw typo(behind: error, in: node) ?? error
        }
    }
}

/// Looking up fields.
extension WireDecoding {
    func find(_ name: WireName, of node: WireDecodingNode) -> Int? {
        if refusesUnknown { note(name, node.asker) }
        let object = tape.tokens[node.token]
        let (first, end) = (node.token + 1, Int(object.next))
        guard first < end else { return nil }
        // The field of the last question, then the one after it, then the rest once around: fields are mostly asked for
        // in the order in which they stand.
        let start = node.token + Int(object.cursor)
        var key = start
        repeat {
            if isKey(key, name) {
                tape.tokens[node.token].cursor = Int32(truncatingIfNeeded: key - node.token)
                tape.tokens[key + 1].asker = node.asker
                return key + 1
            }
            key = Int(tape.tokens[key + 1].next)
            if key >= end { key = first }
        } while key != start
        return nil
    }

    private func note(_ name: WireName, _ asker: Int32) {
        if let last = asked.last, last.asker == asker, last.name === name { return }
        asked.append((asker, name))
    }

    private func isKey(_ key: Int, _ name: WireName) -> Bool {
        let token = tape.tokens[key]
        guard token.isPlain, name.isPlain else { return tape.string(key) == name.text }
        let count = Int(token.end - token.start)
        guard count == name.utf8.count else { return false }
        return tape.text.withUnsafeBufferPointer { text in
            name.utf8.withUnsafeBufferPointer { name in
                let start = Int(token.start)
                for index in 0..<count where text[start + index] != name[index] { return false }
                return true
            }
        }
    }

    func isKey(_ key: Int, _ name: StaticString) -> Bool {
        let token = tape.tokens[key]
        guard token.isPlain, Int(token.end - token.start) == name.utf8CodeUnitCount else { return false }
        return tape.text.withUnsafeBufferPointer { text in
            let start = Int(token.start)
            for index in 0..<name.utf8CodeUnitCount where text[start + index] != name.utf8Start[index] { return false }
            return true
        }
    }

    /// The value was taken whole, as a dictionary, a tree or another type: there is nothing unknown in it.
    func take(_ node: WireDecodingNode) { tape.tokens[node.token].taker = node.asker }

    func takePayload(_ node: WireDecodingNode) { if !node.isNested { payloads.append(node.asker) } }

    func checkLater(_ node: WireDecodingNode) { if refusesUnknown { nested.append(node) } }

    func noteUnmatched(_ key: String, _ node: WireDecodingNode) { unmatched.append((node.asker, key)) }

    /// A container within a value, at the value's own token or further in.
    func nestedNode(at token: Int) -> WireDecodingNode {
        lastAsker += 1
        return WireDecodingNode(decoding: self, token: token, asker: lastAsker, isNested: true)
    }
}

extension WireDecoding {
    /// Whether an enum case writes its unlabeled value under a name, since it has more values beside it.
    func hasPayload(_ node: WireDecodingNode) -> Bool {
        tape.parts(of: node.token).contains { tape.string($0) == WirePayload.key }
    }
}

/// What nobody asked for.
extension WireDecoding {
    private func refuseUnknown(_ node: WireDecodingNode, nestedFrom first: Int) throws(WireDecodingError) {
        try refuseUnknown(node)
        guard nested.count > first else { return }
        for node in nested[first...] { try refuseUnknown(node) }
    }

    private func refuseUnknown(_ node: WireDecodingNode) throws(WireDecodingError) {
        let object = tape.tokens[node.token]
        guard object.kind == .object, object.taker != node.asker, !payloads.contains(node.asker) else { return }
        var key = node.token + 1
        while key < object.next {
            guard wasAsked(key, node) else {
                let name = tape.string(key)
                let known = names(askedBy: node)
                // In a message for a person a guess at what was meant may be freer than in one for a program.
                let meant = numbersAsText ? Typo.meant(by: name, in: known) : Typo.nearest(to: name, in: known)
                throw node.error(.unknownField(name, nearest: meant))
            }
            key = Int(tape.tokens[key + 1].next)
        }
    }

    private func wasAsked(_ key: Int, _ node: WireDecodingNode) -> Bool {
        // Someone else may have asked since.
        tape.tokens[key + 1].asker == node.asker || names(askedBy: node).contains(tape.string(key))
    }

    private func names(askedBy node: WireDecodingNode) -> [String] {
        asked.filter { $0.asker == node.asker }.map(\.name.text)
    }

    /// A field that is missing may stand there under a name that is almost right.
    private func typo(behind error: WireDecodingError, in node: WireDecodingNode) -> WireDecodingError? {
        guard refusesUnknown, error.reason == .missing, case .key(let missing)? = error.path.components.last,
            tape.tokens[node.token].kind == .object,
            error.path.components.count == node.path.components.count + 1
        else { return nil }
        let strange = tape.parts(of: node.token).filter { !wasAsked($0, node) }.map { tape.string($0) }
        return strange.first { Typo.nearest(to: $0, in: [missing]) != nil }
            .map { node.error(.unknownField($0, nearest: missing)) }
    }
}
