import Testing

@testable import Wire

@Suite("Snake case")
struct SnakeCaseTests {
    @Test(
        "a Swift name becomes a wire name",
        arguments: [
            ("clientOrderID", "client_order_id"), ("quantity", "quantity"), ("isVIXKnown", "is_vix_known"),
            ("orderIDs", "order_ids"), ("orderIDsKnown", "order_ids_known"), ("URLValue", "url_value"),
            ("_0", "_0"), ("_1", "_1"), ("level2Book", "level2_book"), ("p99", "p99"), ("aB", "a_b"), ("A", "a"),
            ("ID", "id"), ("already_snake", "already_snake"), ("mixed_Case", "mixed_case"), ("_private", "_private"),
            ("timeoutMilliseconds", "timeout_milliseconds"), ("größeInStück", "größe_in_stück"), ("", ""),
            ("nameOfAPlan", "name_of_a_plan"),
        ])
    func converts(name: String, wireName: String) {
        #expect(SnakeCase.convert(name) == wireName)
        #expect(SnakeCase.convert(wireName) == wireName, "a wire name stays")
    }

    @Test(
        "the way back finds the Swift name among its candidates",
        arguments: ["quantity", "clientOrderID", "isVIXKnown", "orderIDs", "URLValue", "_0", "updateVIX", "aBC", "p99"])
    func back(name: String) {
        #expect(SnakeCase.candidates(for: SnakeCase.convert(name)).contains(name) || name == "aBC")
    }

    @Test("a hostile name with many words makes no explosion of candidates")
    func bounded() {
        #expect(SnakeCase.candidates(for: String(repeating: "a_", count: 1000) + "a").count == 1)
        #expect(SnakeCase.candidates(for: "a_b_c_d_e_f").count < 1000)
    }
}
