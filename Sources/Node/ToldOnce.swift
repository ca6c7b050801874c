/// What is told once in a run.
struct ToldOnce {
    private var told: Set<String> = []

    /// - Parameter most: beyond so many nothing more is told.
    /// - Returns: whether it is to be told.
    mutating func insert(_ key: String, atMost most: Int) -> Bool {
        told.count < most && told.insert(key).inserted
    }
}
