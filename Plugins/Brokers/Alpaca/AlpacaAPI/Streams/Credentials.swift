import JSON

extension Alpaca {
    /// A key and its secret. It says neither when it is printed, described or dumped.
    package struct Credentials: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
        CustomReflectable
    {
        package let key: String
        package let secret: String

        package init(key: String, secret: String) { (self.key, self.secret) = (key, secret) }

        package var description: String { "a key and its secret" }
        package var debugDescription: String { description }
        package var customMirror: Mirror { Mirror(self, children: []) }

        /// The headers of a request.
        package var headers: [Header] {
            [Header("APCA-API-KEY-ID", key), Header("APCA-API-SECRET-KEY", secret)]
        }

        /// What is said first on a socket.
        var message: JSON {
            .object([
                .init(key: "action", value: .string("auth")), .init(key: "key", value: .string(key)),
                .init(key: "secret", value: .string(secret)),
            ])
        }

        static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Credentials {
            try read(json, "key", "secret")
        }

        static func readOld(_ json: JSON) throws(DecodingError) -> Credentials {
            try read(json, "key_id", "secret_key")
        }

        /// An error names the field and never what stands in it.
        private static func read(_ json: JSON, _ key: String, _ secret: String) throws(DecodingError) -> Credentials {
            func text(_ name: String) throws(DecodingError) -> String {
                guard let value = json[name] else { throw DecodingError(.missing, path: [name]) }
                guard case .string(let text) = value else {
                    throw DecodingError(.mismatch(expected: "a string", found: value.kindName), path: [name])
                }
                return text
            }
            return Credentials(key: try text(key), secret: try text(secret))
        }
    }
}
