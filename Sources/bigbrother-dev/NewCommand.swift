import ArgumentParser
import CommandSupport
import Foundation
import Scaffold

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make the folder of a new plugin.",
        discussion: """
            It builds, runs, keeps the protocol, and has a test; its README says how.

              bigbrother new policy gap-guard --language python
              bigbrother new broker my-broker --language swift --folder ~/plugins/my-broker
            """)

    @Argument(help: "policy, broker or provider.") var role: String
    @Argument(help: "Small letters, digits and -, such as gap-guard.") var name: String
    @Option(help: "swift or python.") var language: String
    @Option(help: "The folder to make; absent: one of the plugin's name, here. It must not be there.") var folder:
        String?

    func run() throws {
        try Failure.guarding {
            guard let kind = Scaffold.Role(rawValue: role) else {
                throw ValidationError("\"\(role)\" is none of policy, broker, provider")
            }
            guard let words = Scaffold.Language(rawValue: language) else {
                throw ValidationError("--language takes swift or python, not \"\(language)\"")
            }
            let scaffold = try Scaffold(role: kind, name: name, language: words, home: Home.project)
            let path = URL(fileURLWithPath: folder ?? name).standardizedFileURL.path
            try scaffold.write(to: path)
            print("Made \(path): \(scaffold.files.map(\.path).joined(separator: ", "))")
            print("Next:")
            print("  cd \(path)")
            print(words == .swift ? "  swift build && swift test" : "  ./run -m unittest")
            print("  bigbrother check .")
        }
    }
}
