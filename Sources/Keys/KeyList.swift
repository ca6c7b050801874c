import Messaging

/// Who is let in: each key has one role and one name.
package struct KeyList: Codable, Hashable, Sendable {
    package struct Entry: Codable, Hashable, Sendable {
        package var role: String
        package var name: String
        /// 40 characters of Z85.
        package var publicKey: String
        /// When it was allowed, as a person reads it.
        package var allowedAt: String

        package var owner: KeyOwner { KeyOwner(role: role, name: name) }
    }

    package private(set) var version = 1
    package private(set) var keys: [Entry] = []

    package init() {}

    /// What keeps the list from being used; nil when it is sound.
    package var defect: String? {
        guard version == 1 else { return "it is of version \(version), and this program knows version 1" }
        for entry in keys {
            if PublicKey(text: entry.publicKey) == nil { return "the key of \(entry.owner) is no 40 characters of Z85" }
            if let defect = Self.defect(of: entry.owner) { return defect }
        }
        guard Set(keys.map(\.publicKey)).count == keys.count else { return "a key stands twice" }
        return nil
    }

    package static let roles = ["policy", "broker", "provider"]

    package static func defect(of owner: KeyOwner) -> String? {
        guard roles.contains(owner.role) else {
            return "\"\(owner.role)\" is no role of a plugin; there are \(roles.joined(separator: ", "))"
        }
        let isPlain = owner.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard 1...64 ~= owner.name.utf8.count, isPlain, !owner.name.hasPrefix(".") else {
            return "\"\(owner.name.prefix(64))\" is no name of a plugin: 1 to 64 plain characters without blank and /"
        }
        return nil
    }

    /// - Returns: false when it is allowed already.
    /// - Throws: ``KeyError``: the key is somebody else's; one key has one role and one name.
    package mutating func allow(_ key: PublicKey, for owner: KeyOwner, at time: String) throws(KeyError) -> Bool {
        if let defect = Self.defect(of: owner) { throw KeyError(nil, defect) }
        if let entry = keys.first(where: { $0.publicKey == key.text }) {
            guard entry.owner == owner else {
                throw KeyError(
                    nil,
                    "this key is \(entry.owner)'s, and one key has one role and one name; make a new one for \(owner) with `bigbrother keys new`"
                )
            }
            return false
        }
        keys.append(Entry(role: owner.role, name: owner.name, publicKey: key.text, allowedAt: time))
        keys.sort { ($0.role, $0.name, $0.publicKey) < ($1.role, $1.name, $1.publicKey) }
        return true
    }

    /// - Returns: what is not let in any more.
    package mutating func revoke(where isMeant: (Entry) -> Bool) -> [Entry] {
        let revoked = keys.filter(isMeant)
        keys.removeAll(where: isMeant)
        return revoked
    }
}
