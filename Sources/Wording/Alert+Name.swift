import Orchestration

extension Alert {
    /// Its name in the journal and in docs/when-something-is-wrong.md, such as `own_stop`: by it a person finds what to do.
    package var name: String { reason.name }

    /// The sentence with the name behind it: `no policy protects it; the core's own stop is at 95.00 [own_stop]`.
    package var textWithName: String { "\(text) [\(name)]" }
}

extension AlertReason {
    /// The case's name as the journal writes it.
    package var name: String {
        // A case without figures has no children, and is described by its name.
        let label = Mirror(reflecting: self).children.first?.label ?? "\(self)"
        return label.reduce(into: "") { name, letter in
            name += letter.isUppercase ? "_\(letter.lowercased())" : String(letter)
        }
    }
}
