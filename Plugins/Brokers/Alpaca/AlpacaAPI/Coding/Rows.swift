import JSON
import Trading

extension Alpaca {
    /// A list in which what cannot be read costs its own row only. Whoever acts on the list looks at `refused` first: what is
    /// not known may be a position.
    package struct Rows<Element: Value>: Collected {
        package var rows: [Result<Element, DecodingError>]

        package init() { rows = [] }
        package init(_ elements: [Element]) { rows = elements.map { .success($0) } }

        package var elements: [Element] {
            rows.compactMap { row in if case .success(let element) = row { element } else { nil } }
        }

        package var refused: [DecodingError] {
            rows.compactMap { row in if case .failure(let error) = row { error } else { nil } }
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Rows {
            guard case .array(let elements) = json else { throw .mismatch("an array", json) }
            var rows = Rows()
            for (index, element) in elements.enumerated() {
                do throws(DecodingError) {
                    rows.rows.append(.success(try Element.read(element, style)))
                } catch {
                    rows.rows.append(.failure(error.within(.index(index))))
                }
            }
            return rows
        }

        /// Those that could be read.
        package func json(_ style: Style) -> JSON { elements.json(style) }
    }

    /// An object whose keys are symbols, in their order.
    package struct BySymbol<Element: Value>: Collected {
        package struct Entry: Equatable, Sendable {
            package let symbol: Symbol
            package var value: Element

            package init(_ symbol: Symbol, _ value: Element) { (self.symbol, self.value) = (symbol, value) }
        }

        package var entries: [Entry]

        package init() { entries = [] }
        package init(_ entries: [Entry]) { self.entries = entries }

        package subscript(symbol: Symbol) -> Element? { entries.first { $0.symbol == symbol }?.value }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> BySymbol {
            guard case .object(let members) = json else { throw .mismatch("an object", json) }
            var map = BySymbol()
            // Somebody who asks for what is not there gets null.
            for member in members where !member.value.isNull {
                do throws(DecodingError) {
                    let symbol = try Symbol.read(.string(member.key), style)
                    map.entries.append(Entry(symbol, try Element.read(member.value, style)))
                } catch {
                    throw error.within(.key(member.key))
                }
            }
            return map
        }

        package func json(_ style: Style) -> JSON {
            .object(entries.map { JSON.Member(key: $0.symbol.text, value: $0.value.json(style)) })
        }
    }

    /// Values in one text with commas, as in a query. An array is read as well.
    package struct Commas<Element: Value>: Collected {
        package var elements: [Element]

        package init() { elements = [] }
        package init(_ elements: [Element]) { self.elements = elements }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Commas {
            guard case .string(let text) = json else { return Commas(try [Element].read(json, style)) }
            let parts = text.split(separator: ",", omittingEmptySubsequences: true)
            return Commas(try [Element].read(.array(parts.map { .string(String($0)) }), style))
        }

        package func json(_ style: Style) -> JSON {
            .string(elements.map { Query.text(of: $0.json(style)) }.joined(separator: ","))
        }
    }
}
