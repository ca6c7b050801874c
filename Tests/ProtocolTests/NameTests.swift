import Testing
import Wire

@Suite("What of a header that is not taken can be named")
struct NameTests {
    @Test(
        "each field by itself, whatever is wrong with the others",
        arguments: [
            (#"{"v":"2.0","type":"evaluate","id":"a","cycle":7}"#, "a", 7, true),
            (#"{"id":"a","cycle":"7"}"#, "a", nil, true),
            (#"{"id":5,"cycle":7,"type":"dance"}"#, nil, 7, true),
            (#"{"id":"a","cycle":1.5}"#, "a", nil, true),
            (#"{"v":"2.0","type":"error","id":"a"}"#, "a", nil, false),
            (#"{"v":"2.0","type":"refused","id":"a"}"#, "a", nil, false),
            (#"{"v":"2.0","type":"bye","id":"a"}"#, "a", nil, false),
            ("[]", nil, nil, true), ("{", nil, nil, true),
        ] as [(String, String?, Int64?, Bool)])
    func name(header: String, id: String?, cycle: Int64?, isToBeAnswered: Bool) {
        let name = MessageCodec().name(of: [Array(header.utf8), []])
        #expect(name.id == id && name.cycle == cycle && name.isToBeAnswered == isToBeAnswered)
    }

    @Test("of no frame there is nothing to name")
    func nothing() { #expect(MessageCodec().name(of: []) == MessageCodec.Name()) }
}
