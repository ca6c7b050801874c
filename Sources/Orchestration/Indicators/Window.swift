/// The newest elements, at most `capacity` of them, oldest first. To add one costs the same however many there are.
///
/// Where they lie is part of the value: two that were given the same are equal, and one that was written and read too.
struct Window<Element: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    private(set) var capacity: Int
    private var storage: [Element] = []
    /// Where the oldest lies.
    private var head = 0

    /// - Precondition: `capacity > 0`.
    init(capacity: Int) {
        precondition(capacity > 0, "a window holds something")
        self.capacity = capacity
    }

    var count: Int { storage.count }
    var last: Element? { storage.isEmpty ? nil : self[count - 1] }

    /// 0 is the oldest.
    subscript(index: Int) -> Element {
        get { storage[place(index)] }
        set { storage[place(index)] = newValue }
    }

    private func place(_ index: Int) -> Int {
        let place = head + index
        return place < storage.count ? place : place - storage.count
    }

    mutating func append(_ element: Element) {
        if storage.count < capacity {
            storage.append(element)
        } else {
            storage[head] = element
            head = head + 1 == capacity ? 0 : head + 1
        }
    }

    /// The newest `count`, oldest first; fewer where there are not so many.
    func suffix(_ count: Int) -> [Element] {
        (max(0, self.count - count)..<self.count).map { self[$0] }
    }

    /// Keeps the newest.
    mutating func resize(to capacity: Int) {
        guard capacity != self.capacity else { return }
        var resized = Window(capacity: capacity)
        // In order from the front, so that there is room for more behind.
        resized.storage = suffix(capacity)
        self = resized
    }
}
