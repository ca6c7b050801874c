import Trading

/// Values by symbol, always in the symbols' order, so that going through them is deterministic.
///
/// A sorted array: looking up costs a binary search, which is plenty for ten thousand symbols.
struct SymbolTable<Value: Codable & Sendable>: Codable, Sendable {
    struct Entry: Codable, Sendable {
        let symbol: Symbol
        var value: Value
    }
    private(set) var entries: [Entry] = []

    subscript(_ symbol: Symbol) -> Value? {
        get {
            let index = position(of: symbol)
            return has(symbol, at: index) ? entries[index].value : nil
        }
        set {
            let index = position(of: symbol)
            switch (has(symbol, at: index), newValue) {
            case (true, let value?): entries[index].value = value
            case (true, nil): entries.remove(at: index)
            case (false, let value?): entries.insert(Entry(symbol: symbol, value: value), at: index)
            case (false, nil): break
            }
        }
    }

    private func has(_ symbol: Symbol, at index: Int) -> Bool {
        index < entries.count && entries[index].symbol == symbol
    }

    /// Where the symbol stands, or would stand.
    private func position(of symbol: Symbol) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].symbol < symbol { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
