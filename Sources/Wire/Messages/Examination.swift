import JSON
import Trading

/// What the program that a manifest names in `doctor` is asked, on one line of its standard input: could the plugin do its work?
package struct DoctorQuestion: Codable, Equatable, Sendable {
    /// Nil while nobody knows which account it is: the plugin says it.
    package var account: AccountID?
    package var settings: JSON
    /// Orders are placed and taken back to see how the venue behaves; a plugin refuses it where real money would move.
    package var isProbe: Bool?
    /// The file that a probe writes.
    package var record: String?

    package init(account: AccountID?, settings: JSON) { (self.account, self.settings) = (account, settings) }
}

/// One thing that such a program has looked at: a line of its standard output.
package struct DoctorFinding: Codable, Equatable, Sendable {
    /// What was looked at, a word or two.
    package var what: String
    package var ok: Bool
    /// One sentence for a person: what was found, and what to do where it is not well.
    package var words: String
    /// The account as the broker names it, once it is known.
    package var account: AccountID?

    package init(what: String, ok: Bool, words: String, account: AccountID? = nil) {
        (self.what, self.ok, self.words, self.account) = (what, ok, words, account)
    }
}
