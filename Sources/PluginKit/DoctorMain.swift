import Glibc
import Trading
import Wire

/// What `bigbrother doctor` and `bigbrother init` want to know: could a plugin do its work with these settings?
public struct Examination<Settings: Decodable> {
    /// Nil while nobody knows which account it is: the finding about it says so.
    public var account: AccountID?
    public var settings: Settings
    /// Orders are to be placed and taken back to see how the venue behaves: never with real money.
    public var isProbe: Bool
    /// The file that a probe writes.
    public var record: String?

    /// For tests; the kit reads it from standard input.
    public init(account: AccountID?, settings: Settings, isProbe: Bool = false, record: String? = nil) {
        (self.account, self.settings, self.isProbe, self.record) = (account, settings, isProbe, record)
    }
}

/// One thing that was looked at.
public struct ExaminationFinding: Equatable, Sendable {
    /// A word or two.
    public var what: String
    public var isOK: Bool
    /// One sentence for a person: what was found, and what to do where it is not well. Never a key.
    public var words: String
    /// The account as the broker names it.
    public var account: AccountID?

    public init(_ what: String, isOK: Bool, _ words: String, account: AccountID? = nil) {
        (self.what, self.isOK, self.words, self.account) = (what, isOK, words, account)
    }
}

/// The program, or the argument of one, that a manifest names in `doctor`:
///
///     DoctorMain.run(MySettings.self) { examination, tell in
///         tell(ExaminationFinding("key", isOK: true, "the venue takes it"))
///     }
public enum DoctorMain {
    /// - Parameter examine: tells its findings one by one; what it throws is a finding, too.
    public static func run<Settings: Decodable>(
        _ settings: Settings.Type,
        _ examine: (Examination<Settings>, @escaping (ExaminationFinding) -> Void) throws -> Void
    ) -> Never {
        do {
            guard let line = readLine() else { throw SettingsError("nothing on standard input; the core asks there") }
            let question = try WireDecoder().decode(
                DoctorQuestion.self, from: Array(line.utf8), unknownFields: .ignore)
            let examination = Examination(
                account: question.account,
                settings: try WireDecoder().decodeSettings(Settings.self, from: question.settings),
                isProbe: question.isProbe == true, record: question.record)
            try examine(examination, tell)
        } catch {
            tell(ExaminationFinding("settings", isOK: false, "\(error)"))
        }
        exit(0)
    }

    private static func tell(_ finding: ExaminationFinding) {
        let line = DoctorFinding(what: finding.what, ok: finding.isOK, words: finding.words, account: finding.account)
        do {
            print(String(decoding: try WireEncoder().encode(line), as: UTF8.self))
            fflush(nil)
        } catch {
            log("error", "a finding cannot be written: \(error)")
        }
    }
}
