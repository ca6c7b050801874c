import JSON
import Testing

@testable import Wire

/// Goes to the wire by itself. Codable, which its type must be to stand in others, is not asked.
private struct Direct: WireDirect, Hashable {
    struct Refusal: Error {}

    init() {}

    func write(to writer: inout JSONWriter) { writer.string("direct") }
    init?(wire value: WireValue) { guard value.string == "direct" else { return nil } }

    func encode(to encoder: any Encoder) throws { throw Refusal() }
    init(from decoder: any Decoder) throws { throw Refusal() }
}

private struct Holder: Codable, Hashable {
    var one: Direct
    var maybe: Direct?
    var none: Direct?
    var list: [Direct]
    var lists: [[Direct]]
    var named: [String: Direct]
    var choice: Choice
    var both: Choice
    var inner: Inner?

    struct Inner: Codable, Hashable { var one: Direct }

    enum Choice: Codable, Hashable {
        case only(Direct)
        case labeled(one: Direct, list: [Direct])
    }
}

@Suite("A type that goes to the wire by itself goes no other way")
struct OneWayTests {
    private let whole = Holder(
        one: Direct(), maybe: Direct(), list: [Direct(), Direct()], lists: [[Direct()], []], named: ["a": Direct()],
        choice: .only(Direct()), both: .labeled(one: Direct(), list: [Direct()]), inner: Holder.Inner(one: Direct()))

    @Test("wherever it stands: at the root, in structs, lists, dictionaries, options and cases")
    func writing() throws {
        let encoder = WireEncoder()
        #expect(try String(decoding: encoder.encode(Direct()), as: UTF8.self) == #""direct""#)
        let expected =
            #"{"one":"direct","maybe":"direct","list":["direct","direct"],"lists":[["direct"],[]],"named":{"a":"direct"},"#
            + #""choice":{"only":"direct"},"both":{"labeled":{"one":"direct","list":["direct"]}},"inner":{"one":"direct"}}"#
        #expect(try String(decoding: encoder.encode(whole), as: UTF8.self) == expected)
    }

    @Test("and what we write is read that way, whether unknown fields are refused or not")
    func reading() throws {
        let bytes = try WireEncoder().encode(whole)
        for unknown in [WireDecoder.UnknownFields.ignore, .refuse] {
            #expect(try WireDecoder().decode(Holder.self, from: bytes, unknownFields: unknown) == whole)
        }
    }
}
