import Foundation
import Messaging
import Synchronization

/// The list of keys as it stands now: looked at with every question, and read again when the file has changed, so that
/// `bigbrother keys` works on a core that runs.
///
/// A list that cannot be read lets nobody in, and is tried again with every question.
package final class KeyKeeper: KeyAuthority {
    private struct Known {
        var stamp: Stamp?
        var owners: [PublicKey: KeyOwner] = [:]
        var trouble: String?
    }

    private let store: KeyStore
    private let known: Mutex<Known>

    /// - Throws: ``KeyError``: a core does not start with a list that it cannot read.
    package init(_ store: KeyStore) throws(KeyError) {
        self.store = store
        let stamp = Stamp(store.listPath)
        known = Mutex(Known(stamp: stamp, owners: Self.owners(try store.list())))
    }

    package func owner(of key: PublicKey) -> KeyOwner? {
        known.withLock {
            refresh(&$0)
            return $0.trouble == nil ? $0.owners[key] : nil
        }
    }

    /// Why the list cannot be read, nil when it can.
    package var trouble: String? {
        known.withLock {
            refresh(&$0)
            return $0.trouble
        }
    }

    private func refresh(_ known: inout Known) {
        // Before it is read: what is written meanwhile is seen as another change.
        let stamp = Stamp(store.listPath)
        guard stamp != known.stamp || known.trouble != nil else { return }
        do throws(KeyError) {
            known.owners = Self.owners(try store.list())
            known.stamp = stamp
            known.trouble = nil
        } catch {
            known.trouble = error.description
        }
    }

    private static func owners(_ list: KeyList) -> [PublicKey: KeyOwner] {
        var owners: [PublicKey: KeyOwner] = [:]
        for entry in list.keys {
            if let key = PublicKey(text: entry.publicKey) { owners[key] = entry.owner }
        }
        return owners
    }

    /// When a file was changed last; each rename gives another one.
    private struct Stamp: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int64
        let file: UInt64

        /// Nil when there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            size = Int64(status.st_size)
            file = UInt64(status.st_ino)
        }
    }
}
