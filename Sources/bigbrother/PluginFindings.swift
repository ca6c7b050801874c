import CommandSupport
import Foundation
import Wire

/// What plugins say of themselves before they are at work.
enum PluginFindings {
    /// `ok   account          PA3XXXXXXXXX is active`, the same columns as `doctor`.
    static func line(_ finding: DoctorFinding) -> String {
        line(finding.what, isOK: finding.ok, finding.words)
    }

    static func line(_ what: String, isOK: Bool, _ words: String) -> String {
        "\(isOK ? "ok  " : "BAD ") \(what.padding(toLength: 16, withPad: " ", startingAt: 0)) \(words)".onOneLine
    }
}
