import ArgumentParser
import CommandSupport
import Console
import Orchestration
import Trading
import Wording

// What policies want and a person is asked about first, where the configuration says `approval: entries` or `all`.

/// A proposal and what every answer to it has in common.
struct ProposalOptions: ParsableArguments {
    @Argument(help: "Which proposal, such as 25.NVDA.enter, as `bigbrother approvals` shows it.") var proposal: String
    @OptionGroup var options: ControlOptions

    func answer(_ command: String) throws {
        guard ProposalID(text: proposal) != nil else {
            throw ValidationError(
                "\"\(proposal)\" names no proposal: it is written like 25.NVDA.enter (bigbrother approvals)")
        }
        try options.ask(command, with: .init(proposal: proposal))
    }
}

struct ApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let what a policy wants be done.",
        discussion: """
            What was shown is the most that is done: no larger entry, no worse limit, no
            wider stop but by less than an order is worth. The approval ends when the
            policy does not want it any more, and after `approval_expiry`.
            """)
    @OptionGroup var subject: ProposalOptions
    func run() throws { try subject.answer("approve") }
}

struct RejectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Keep what a policy wants from being done.",
        discussion: """
            It is not asked again for as long as the policy wants the same.
            """)
    @OptionGroup var subject: ProposalOptions
    func run() throws { try subject.answer("reject") }
}

struct ApprovalsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals", abstract: "What waits for your approval, and what you have answered.")
    @OptionGroup var options: JournalOptions

    func run() throws {
        try Failure.guarding {
            let state = try options.state()
            if options.json { return try options.printJSON(state.approvals.all) }
            for line in Tables.approvals(state) { print(line.onOneLine) }
        }
    }
}
