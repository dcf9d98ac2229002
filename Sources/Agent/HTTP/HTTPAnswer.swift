import HTTPTypes
import HummingbirdCore
import NIOCore

/// The few kinds of answers that the agent gives.
enum HTTPAnswer {
    /// One sentence, or a page of text.
    static func text(
        _ status: HTTPResponse.Status, _ text: String, _ headers: HTTPFields = [:],
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        let line = text.hasSuffix("\n") ? text : text + "\n"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: line)))
    }
}
