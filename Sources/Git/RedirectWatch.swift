import Foundation

/// Sees a redirect in the head of an answer before libgit2 does.
///
/// libgit2 1.5 ends in a fault on some redirects that it may not follow, and never says where they
/// lead. A server that only wants `.git` at the end of the path is common, so the place is worth a
/// sentence.
struct RedirectWatch {
    private static let statuses: Set<Substring> = ["301", "302", "303", "307", "308"]

    /// A head that is longer leads nowhere either.
    private static let limit = 16_384

    /// The beginning of the answer; `nil` once it is known to be no redirect.
    private var head: [UInt8]?

    /// A request is on its way, so what comes next is the head of an answer.
    mutating func expectAnswer() { head = [] }

    /// Takes bytes of the answer, and says whether it is a redirect whose head is not whole yet.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Bool {
        guard head != nil else { return false }
        head?.append(contentsOf: bytes)
        guard let head, head.count >= "HTTP/1.1 302".utf8.count else { return false }
        let line = String(decoding: head.prefix { $0 != 0x0d && $0 != 0x0a }, as: UTF8.self)
        let words = line.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/"), Self.statuses.contains(words[1]) else {
            self.head = nil
            return false
        }
        return true
    }

    /// Whether the head has ended, or gone on for too long.
    var isWhole: Bool {
        guard let head else { return true }
        let text = String(decoding: head, as: UTF8.self)
        return head.count > Self.limit || text.contains("\r\n\r\n") || text.contains("\n\n")
    }

    /// Where the redirect leads, as far as a message may show it: no user, no query.
    var target: String? {
        let lines = String(decoding: head ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"),
                line[..<colon].lowercased() == "location"
            else { continue }
            var place = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            place = place.prefix { $0 != "?" && $0 != "#" }
            if let scheme = place.range(of: "://") {
                let authority = place[scheme.upperBound...].prefix { $0 != "/" }
                if let at = authority.lastIndex(of: "@") {
                    place.removeSubrange(scheme.upperBound...at)
                }
            }
            if place.hasSuffix("/info/refs") { place = place.dropLast("/info/refs".count) }
            let text = String(place).onOneLine(limit: 200)
            return text.isEmpty ? nil : text
        }
        return nil
    }
}
