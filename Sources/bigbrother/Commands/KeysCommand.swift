import ArgumentParser
import CommandSupport
import Foundation
import Keys
import Messaging
import Wire

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, allow, revoke and list the keys of plugins on other hosts.",
        discussion: """
            On the plugin's host:  bigbrother keys new policy stop-loss
            Copy the .public file to the core's host; the .secret file stays where it is.
            On the core's host:    bigbrother keys allow policy-stop-loss.public --config my.yaml

            One key has one role and one name. A running core takes changes over at
            once: an allowed key comes in, a revoked one is cut. See docs/hosts.md.
            """,
        subcommands: [NewKey.self, AllowKey.self, RevokeKey.self, ListKeys.self])
}

struct NewKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a key: ROLE-NAME.secret, mode 0600, and ROLE-NAME.public.")
    @Argument(help: "policy, broker or provider.") var role: String
    @Argument(help: "The plugin's name in the core's configuration.") var name: String
    @Option(help: "Where the files are written.") var folder = "."

    func run() throws {
        try Failure.guarding {
            let owner = KeyOwner(role: role, name: name)
            if let defect = KeyList.defect(of: owner) { throw KeyError(nil, defect) }
            let files = try KeyFile.make(owner: owner, in: folder)
            print("secret \(files.secret)  stays on the host of \(owner), and nobody else reads it")
            print("public \(files.public)  goes to the core: bigbrother keys allow \(files.public) --config FILE")
        }
    }
}

struct AllowKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow", abstract: "Let the owner of a public key in, for one role and one name.")
    @Argument(help: "The .public file, or 40 characters of Z85 with --role and --name.") var key: String
    @Option(help: "The YAML file of the account.") var config: String?
    @Option(help: "policy, broker or provider; absent: what the file says.") var role: String?
    @Option(help: "The plugin's name in the configuration; absent: what the file says.") var name: String?

    func run() throws {
        try Failure.guarding {
            let (written, key) = try KeyFile.named(key)
            guard let role = role ?? written?.role, let name = name ?? written?.name else {
                throw KeyError(nil, "a key without a file needs --role and --name")
            }
            let owner = KeyOwner(role: role, name: name)
            let store = KeyStore(stateDirectory: try Home.stateDirectory(config))
            let time = Date().ISO8601Format()
            let isNew = try store.change { list throws(KeyError) in try list.allow(key, for: owner, at: time) }
            print("\(key) \(isNew ? "is allowed" : "was allowed already") for \(owner)")
            _ = try store.serverKeys()
            print("the plugin needs the core's public key: \(store.serverPublicPath)")
        }
    }
}

struct RevokeKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Let a key in no more; a connection that it has is cut within a second.")
    @Argument(help: "The key (40 characters), its .public file, or ROLE NAME: all keys of that plugin.")
    var which: [String]
    @Option(help: "The YAML file of the account.") var config: String?

    func run() throws {
        try Failure.guarding {
            let isMeant = try meant()
            let store = KeyStore(stateDirectory: try Home.stateDirectory(config))
            let revoked = try store.change { list in list.revoke(where: isMeant) }
            guard !revoked.isEmpty else {
                throw KeyError(store.listPath, "no such key is allowed; `bigbrother keys list` shows those that are")
            }
            for entry in revoked { print("\(entry.publicKey) of \(entry.owner) is revoked") }
        }
    }

    private func meant() throws -> (KeyList.Entry) -> Bool {
        switch which.count {
        case 1:
            let key = try KeyFile.publicKey(which[0])
            return { $0.publicKey == key.text }
        case 2:
            let owner = KeyOwner(role: which[0], name: which[1])
            return { $0.owner == owner }
        default: throw KeyError(nil, "name one key, one .public file, or a role and a name")
        }
    }
}

struct ListKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show who is let in, and the core's own public key.")
    @Option(help: "The YAML file of the account.") var config: String?
    @Flag(help: "Print JSON.") var json = false

    private struct Listing: Encodable {
        var core: String
        var keys: [KeyList.Entry]
    }

    func run() throws {
        try Failure.guarding {
            let store = KeyStore(stateDirectory: try Home.stateDirectory(config))
            let (list, own) = (try store.list(), try store.serverKeys().publicKey)
            if json {
                let listing = Listing(core: own.text, keys: list.keys)
                return print(String(decoding: try WireEncoder().encode(listing), as: UTF8.self))
            }
            print("core      \(own)  (\(store.serverPublicPath))")
            for entry in list.keys {
                print(
                    "\(entry.role.padding(toLength: 9, withPad: " ", startingAt: 0)) \(entry.publicKey)  \(entry.name), allowed \(entry.allowedAt)"
                )
            }
            if list.keys.isEmpty { print("no key is allowed, so nobody comes in from another host") }
        }
    }
}
