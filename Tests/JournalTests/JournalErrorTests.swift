import Testing

@testable import Journal

@Suite("What an error says")
struct JournalErrorTests {
    static let all: [JournalError] = [
        .full(path: "/p/j", why: "the disk is full"),
        .heldBy(path: "/p/j", holder: LockHolder(pid: 17, host: "here", since: "2026-11-23T18:50:00Z")),
        .heldBy(path: "/p/j", holder: nil),
        .damaged(path: "/p/j", sequence: 9, what: "it is missing"),
        .tooNew(path: "/p/j", format: 3, ours: 1, writtenBy: "9.1.0"),
        .tooNew(path: "/p/j", format: 3, ours: 1, writtenBy: nil),
        .notAJournal(path: "/p/j", why: "it is empty"),
        .missing(path: "/p/j"),
        .io(path: "/p/j", why: "Input/output error"),
        .poisoned(path: "/p/j", cause: "an earlier write failed"),
    ]

    @Test("every error is one sentence that names the file and what to do", arguments: all)
    func sentence(error: JournalError) {
        let text = "\(error)"
        #expect(text.contains("/p/j"))
        #expect(text.contains(": ") && !text.hasSuffix(".") && !text.contains("\n"))
    }

    @Test("a held journal names its holder, and a damaged one its entry")
    func particulars() {
        #expect("\(Self.all[1])".contains("process 17 on here since 2026-11-23T18:50:00Z"))
        #expect("\(Self.all[3])".contains("at entry 9: it is missing; nothing was changed"))
    }
}
