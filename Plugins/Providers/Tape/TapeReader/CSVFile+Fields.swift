import Trading

/// The present row's fields, by column from 0.
extension CSVFile {
    var fieldCount: Int { ends.count }

    /// The whole row as text, for the header.
    var rowText: String { printable(rowBytes) }

    var rowBytes: ArraySlice<UInt8> { buffer[start..<(start + (ends.last ?? 0))] }

    private func range(_ column: Int) -> Range<Int> {
        (column == 0 ? start : start + ends[column - 1] + 1)..<(start + ends[column])
    }

    func isEmpty(_ column: Int) -> Bool { range(column).isEmpty }

    func text(_ column: Int) -> String { printable(buffer[range(column)]) }

    func bad(_ problem: String) -> TapeError { .row(file: name, line: line, problem: problem) }

    /// A decimal number: digits are read as bytes; whatever is out of the ordinary goes to ``ScaledInteger/init(_:)``,
    /// which is the rule and words the error.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func amount<Amount: ScaledInteger>(_ column: Int, as type: Amount.Type = Amount.self) throws(TapeError) -> Amount {
        if let units = plainDecimal(buffer.span.extracting(range(column)), decimals: Amount.decimals) {
            return Amount(units: units)
        }
        do throws(NumericError) {
            return try Amount(text(column))
        } catch {
            throw bad("\(error)")
        }
    }

    /// The same, or nil where nothing stands.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func optionalAmount<Amount: ScaledInteger>(
        _ column: Int, as type: Amount.Type = Amount.self
    ) throws(TapeError) -> Amount? {
        isEmpty(column) ? nil : try amount(column)
    }

    /// The beginning of a minute in UTC: `2014-06-05T08:00:00Z`.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    mutating func minute(_ column: Int) throws(TapeError) -> Timestamp {
        let place = range(column)
        if place.count == 20, let seconds = wholeMinute(buffer.span.extracting(place)),
            let midnight = midnight(at: place.lowerBound)
        {
            return Timestamp(nanoseconds: midnight.nanoseconds + seconds * 1_000_000_000)
        }
        throw bad("\(quoted(buffer[place])) is no minute in UTC: expected such as 2014-06-05T08:00:00Z")
    }

    /// A date, as its midnight in UTC: `2014-06-05`.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    mutating func date(_ column: Int) throws(TapeError) -> Timestamp {
        let place = range(column)
        if place.count == 10, let midnight = midnight(at: place.lowerBound) { return midnight }
        throw bad("\(quoted(buffer[place])) is no date: expected such as 2014-06-05")
    }

    /// Neighboring rows mostly share their date, so the last one is remembered.
    private mutating func midnight(at position: Int) -> Timestamp? {
        let place = position..<(position + 10)
        guard let number = dateNumber(buffer.span.extracting(place)) else { return nil }
        if number == lastDate.number { return lastDate.midnight }
        guard let midnight = NewYork.read(printable(buffer[place])) else { return nil }
        lastDate = (number, midnight)
        return midnight
    }
}
