import AlpacaAPI
import CCurl
import Glibc

/// One request under way (curl_easy_init(3)), and what has come of its answer.
final class CurlTransfer {
    let tag: Int64
    let easy: UnsafeMutableRawPointer
    private let limits: WebLimits
    private let isEventStream: Bool
    private var list: UnsafeMutablePointer<curl_slist>?
    private var outgoing: [UInt8]
    private var sent = 0
    private var headers: [Alpaca.Header] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var stream = Alpaca.EventStream()
    private var isOpen = false
    private var fault: String?
    /// What is to be told, in its order.
    private var events: [TransportEvent] = []

    /// - Parameter authorities: a file of certificates to trust in place of the system's.
    /// - Returns: nil where libcurl has no memory or does not take a setting.
    init?(_ request: WebRequest, tag: Int64, authorities: String?) {
        guard request.target.hasPrefix("/"), request.target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            request.headers.allSatisfy({ Self.isPlain($0.name) && Self.isPlain($0.value) }),
            let easy = curl_easy_init()
        else { return nil }
        (self.tag, self.easy, limits, isEventStream) = (tag, easy, request.limits, request.isEventStream)
        outgoing = request.body ?? []
        var isSet = Self.setUp(easy, request.limits, authorities)
        isSet = ccurl_set_text(easy, CURLOPT_URL, request.address.description + request.target) == CURLE_OK && isSet
        isSet = ccurl_set_number(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)) == CURLE_OK && isSet
        if !isEventStream {
            let most = Int(request.limits.totalMilliseconds)
            isSet = ccurl_set_number(easy, CURLOPT_TIMEOUT_MS, most) == CURLE_OK && isSet
        }
        isSet = setUpMethod(request) && isSet
        for header in request.headers { append("\(header.name): \(header.value)") }
        // No wait for "100 Continue" before the body.
        append("Expect:")
        if isEventStream { append("Accept: text/event-stream") }
        isSet = ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, list) == CURLE_OK && isSet
        isSet = setUpReading() && isSet
        if !isSet { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(list)
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }

    private func append(_ line: String) { list = curl_slist_append(list, line) }

    /// What holds for requests and for sockets: TLS is verified, nothing is followed, no proxy, no other protocol.
    static func setUp(_ easy: UnsafeMutableRawPointer, _ limits: WebLimits, _ authorities: String?) -> Bool {
        var codes = [
            ccurl_set_number(easy, CURLOPT_NOSIGNAL, 1), ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            ccurl_set_number(easy, CURLOPT_FOLLOWLOCATION, 0), ccurl_set_text(easy, CURLOPT_PROXY, ""),
            ccurl_set_number(easy, CURLOPT_SSL_VERIFYPEER, 1), ccurl_set_number(easy, CURLOPT_SSL_VERIFYHOST, 2),
            ccurl_set_number(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            ccurl_set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectMilliseconds)),
            ccurl_set_number(easy, CURLOPT_TCP_KEEPALIVE, 1), ccurl_set_text(easy, CURLOPT_USERAGENT, "bigbrother/1"),
        ]
        if let authorities { codes.append(ccurl_set_text(easy, CURLOPT_CAINFO, authorities)) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// A body is read once, by a function that cannot go back: libcurl would send a request again by itself when a connection that
    /// was kept turns out to be closed, and an order must not be sent twice.
    private func setUpMethod(_ request: WebRequest) -> Bool {
        var codes = [ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)]
        if request.body != nil {
            codes.append(ccurl_set_number(easy, CURLOPT_POST, 1))
            // Of no body nothing was read.
            codes.append(ccurl_set_number(easy, CURLOPT_FRESH_CONNECT, outgoing.isEmpty ? 1 : 0))
            codes.append(ccurl_set_number(easy, CURLOPT_POSTFIELDSIZE, outgoing.count))
            codes.append(
                ccurl_set_transfer(easy, CURLOPT_READFUNCTION) { buffer, size, count, context in
                    CurlTransfer.of(context)?.read(into: buffer, most: size * count) ?? 0
                })
            codes.append(ccurl_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()))
        } else if request.method == .get {
            codes.append(ccurl_set_number(easy, CURLOPT_HTTPGET, 1))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func setUpReading() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        return [
            ccurl_set_text(easy, CURLOPT_ACCEPT_ENCODING, isEventStream ? "identity" : "gzip"),
            ccurl_set_transfer(easy, CURLOPT_HEADERFUNCTION) { buffer, size, count, context in
                CurlTransfer.of(context)?.takeHeader(buffer, size * count) ?? 0
            },
            ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context),
            ccurl_set_transfer(easy, CURLOPT_WRITEFUNCTION) { buffer, size, count, context in
                CurlTransfer.of(context)?.takeBody(buffer, size * count) ?? 0
            },
            ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context), ccurl_set_pointer(easy, CURLOPT_PRIVATE, context),
        ].allSatisfy { $0 == CURLE_OK }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - Called by libcurl

    private func read(into buffer: UnsafeMutablePointer<CChar>?, most: Int) -> Int {
        guard let buffer else { return 0 }
        let count = min(most, outgoing.count - sent)
        outgoing.withUnsafeBytes { bytes in
            guard count > 0, let start = bytes.baseAddress else { return }
            memcpy(buffer, start + sent, count)
        }
        sent += count
        return count
    }

    /// Fewer bytes than were given end the transfer.
    private func takeHeader(_ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let buffer else { return 0 }
        headerBytes += count
        guard headerBytes <= 65_536 else { return refuse("its headers are too long") }
        let line = String(decoding: UnsafeRawBufferPointer(start: buffer, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // Of a response before the last, such as 100.
            headers = []
            return count
        }
        guard let colon = line.firstIndex(of: ":") else { return count }
        let value = line[line.index(after: colon)...].filter { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
        headers.append(
            Alpaca.Header(String(line[..<colon]).lowercased(), String(value.drop { $0 == " " || $0 == "\t" })))
        return count
    }

    private func takeBody(_ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let buffer else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: count)
        guard isEventStream, (200...299).contains(ccurl_status(easy)) else {
            guard body.count + count <= limits.bytes else { return refuse("it is too long") }
            body += bytes
            return count
        }
        open()
        do throws(Alpaca.EventStream.Fault) {
            for item in try stream.append(bytes) { events.append(.item(tag, item)) }
            return count
        } catch {
            return refuse("its events cannot be read: \(error)")
        }
    }

    private func refuse(_ why: String) -> Int {
        fault = why
        return 0
    }

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        events.append(.opened(tag))
    }

    // MARK: - What is told

    /// A stream is open as soon as its headers are there.
    func takeEvents() -> [TransportEvent] {
        if isEventStream, !isOpen, headers.contains(where: { $0.name == "content-type" }),
            (200...299).contains(ccurl_status(easy))
        {
            open()
        }
        defer { events = [] }
        return events
    }

    /// The last that is told.
    func end(_ result: CURLcode) -> [TransportEvent] {
        let before = takeEvents()
        if isOpen {
            let why = fault ?? (result == CURLE_OK ? "the server has ended it" : Self.words(result))
            return before + [.closed(tag, .ended(why))]
        }
        guard result == CURLE_OK else {
            if let fault { return before + [.failed(tag, .lost(fault))] }
            return before + [.failed(tag, WebFailure(result, mayHaveLeft: ccurl_began(easy) != 0 || sent > 0))]
        }
        let response = WebResponse(status: Int(ccurl_status(easy)), headers: headers, body: body)
        return before + [.answered(tag, response)]
    }

    private static func words(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}
