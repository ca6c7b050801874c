import JSON
import Messaging
import Trading
import Wire

/// A message of the plugin, as it came.
struct Message {
    let header: Header
    let body: [UInt8]
    let peer: PeerID
    let atMilliseconds: Int64

    /// The body as a tree.
    /// - Throws: ``Broken`` when it is no JSON that the protocol allows.
    func tree() throws -> JSON {
        do {
            return try JSONParser.parse(body)
        } catch {
            throw Broken("its \(header.type.rawValue) is no JSON of the protocol: \(error): \(quoted)")
        }
    }

    /// - Throws: ``Broken``, with the place of the first fault.
    func read<Body: Decodable>(_ type: Body.Type, strictly: Bool = false) throws -> Body {
        do {
            return strictly ? try MessageCodec().command(type, body) : try MessageCodec().data(type, body)
        } catch {
            throw Broken("its \(header.type.rawValue) cannot be read: \(error): \(quoted)")
        }
    }

    var quoted: String { String(decoding: body.prefix(Limits.quoted), as: UTF8.self) }
}
