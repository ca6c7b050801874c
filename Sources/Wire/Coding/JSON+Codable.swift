import JSON

/// A field of type `JSON` carries whatever the other side sent, such as the settings of a plugin.
extension JSON: Codable {
    /// - Throws: `DecodingError` if the decoder is not a `WireDecoder`.
    package init(from decoder: any Decoder) throws {
        guard let node = decoder as? WireDecodingNode else {
            let reason = "JSON can only be read by WireDecoder"
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
        }
        node.decoding.take(node)
        self = node.decoding.tape.tree(at: node.token)
    }

    /// - Throws: `EncodingError` if the encoder is not a `WireEncoder`.
    package func encode(to encoder: any Encoder) throws {
        guard let node = encoder as? WireEncodingNode else {
            let reason = "JSON can only be written by WireEncoder"
            throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: reason))
        }
        try node.encode(tree: self)
    }
}
