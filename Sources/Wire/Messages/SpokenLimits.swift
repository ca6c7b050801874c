/// How much a plugin, or a person at `control`, may say in one place. PROTOCOL.md, "Bounds", has each of them.
package enum SpokenLimits {
    /// Bytes of a sentence for people: a reason, an error, why somebody leaves. Longer ones are cut.
    package static let sentence = 500
    /// Bytes of a name that stands for something: a rung, an advisory, a condition. What has a longer one is left out.
    package static let name = 64
    /// Bytes of the id of a corporate action.
    package static let actionID = 128
    /// Bytes of a plugin's version, and of the figure of a piece of evidence.
    package static let figure = 100
    /// Figures behind one reason. More are cut off.
    package static let evidence = 32
    /// Symbols of one exposure.
    package static let symbolsOfExposure = 10_000
    /// Bytes of a header.
    package static let headerBytes = 16 << 10
    /// Bytes of a body that is neither an answer nor a list.
    package static let bodyBytes = 256 << 10
    /// Bytes of a message without a session, header and all.
    package static let messageBytesBeforeHello = headerBytes + bodyBytes
    /// Bytes of a request at `control`.
    package static let requestBytes = 16 << 10
    /// Bytes of a policy's answer: so many, and so many more for each symbol that is held, ordered, planned or quoted.
    package static let answerBytes = 1 << 20
    package static let answerBytesForSymbol = 4 << 10
    /// The longest answer, for however many symbols.
    package static let longestAnswerBytes = 4 << 20
    /// Bytes of a line on a terminal or in the log, however it came about.
    package static let line = 16 << 10
    /// Bytes of the description of what is wrong with a message.
    package static let defect = 1_000
    /// Room for the mark of what was cut off.
    package static let cutMark = 32
}
