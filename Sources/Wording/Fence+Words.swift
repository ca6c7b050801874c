import Orchestration

extension FenceFinding {
    package var words: String {
        switch self {
        case .otherJournal(let epoch): "one of another journal, of epoch \(epoch)"
        case .laterEpoch(let epoch, let ours):
            "one of epoch \(epoch), and this one is of epoch \(ours): its journal is an older copy, or the other was started after it"
        case .otherRun(let epoch):
            "a run of epoch \(epoch) that this journal does not know: two copies of it have gone on"
        }
    }
}
