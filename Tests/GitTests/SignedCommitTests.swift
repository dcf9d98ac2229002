import Testing

@testable import Git

@Suite("Cutting signed commits, and reading what programs say")
struct SignedCommitTests {
    private static let headers = """
        tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
        author Ada <ada@example.com> 1700000000 +0000
        committer Cleo > <cleo@example.com> 1700000060 +0100

        """

    private func cut(_ text: String) -> SignedCommit { SignedCommit(Array(text.utf8)) }

    @Test("The signature is cut out of the headers, and the rest stays byte for byte")
    func cut() {
        let commit = cut(
            Self.headers + "gpgsig -----BEGIN SSH SIGNATURE-----\n QUJD\n \n -----END\n"
                + "encoding UTF-8\n\nSubject\n\ngpgsig no header\n x\n")
        let message = "encoding UTF-8\n\nSubject\n\ngpgsig no header\n x\n"
        #expect(commit.payload == Array((Self.headers + message).utf8))
        let signature = Array("-----BEGIN SSH SIGNATURE-----\nQUJD\n\n-----END\n".utf8)
        #expect(commit.signatures == [signature])
        #expect(SignedCommit.format(of: signature) == .ssh)
        #expect(commit.time == 1_700_000_060)
        #expect(commit.subject == "Subject")
    }

    @Test("The signature for SHA-256 is left out as Git does, and a second one is seen")
    func several() {
        let other = cut(Self.headers + "gpgsig-sha256 A\n B\nx y\n z\n\nS\n")
        #expect(other.payload == Array((Self.headers + "x y\n z\n\nS\n").utf8))
        #expect(other.signatures.isEmpty)
        let two = cut(Self.headers + "gpgsig A\n a\ngpgsig B\n b\n\nS\n")
        #expect(two.signatures == [Array("A\na\n".utf8), Array("B\nb\n".utf8)])
        #expect(SignedCommit.format(of: two.signatures[0]) == .other)
    }

    @Test(
        "Odd objects are cut without a trap",
        arguments: [
            "", "\n", " ", "gpgsig", "gpgsig ", " x\ngpgsig \n\n", "committer x", "tree\0\n",
        ])
    func odd(text: String) {
        let commit = cut(text)
        #expect(commit.time == nil)
        #expect(commit.signatures.count <= 1)
    }

    @Test("What programs say of a signature is read by its keywords, and doubt is no success")
    func status() {
        let good = """
            [GNUPG:] NEWSIG
            [GNUPG:] GOODSIG F1361C532599B8C5 Ada [GNUPG:] <ada@example.com>
            [GNUPG:] VALIDSIG AA 2026-11-24 1795517667 0 4 0 22 8 00 BB
            """
        #expect(
            GnuPGStatus(good).signer
                == Signer(name: "Ada [GNUPG:] <ada@example.com>", fingerprint: "BB"))
        #expect(GnuPGStatus(good + "\n" + good).refusal?.rule == .malformed)
        let unclear = good.replacing("VALIDSIG", with: "OTHERSIG")
        #expect(GnuPGStatus(unclear) == GnuPGStatus(""))
        #expect(GnuPGStatus("gpgv: Good signature").signer == nil)
        let words: [(String, SignatureError.Rule)] = [
            ("REVKEYSIG", .revokedKey), ("EXPKEYSIG", .expiredKey), ("EXPSIG", .expiredSignature),
            ("BADSIG", .badSignature),
        ]
        for (word, rule) in words {
            let status = GnuPGStatus(good.replacing("GOODSIG", with: word))
            #expect(status.refusal?.rule == rule)
            #expect(status.signer == nil)
        }
        let unknown = GnuPGStatus("[GNUPG:] ERRSIG D4 22 8 00 1795517667 9 9C2B")
        #expect(unknown.refusal?.rule == .unknownSigner)
        #expect(unknown.refusal?.reason.contains("9C2B") == true)
        #expect(GnuPGStatus("[GNUPG:] ERRSIG D4 22 8 00 1 4 -").refusal?.rule == .malformed)
    }

    @Test("Armoured keys become packets; anything else than public keys is refused")
    func armour() {
        let block = """
            -----BEGIN PGP PUBLIC KEY BLOCK-----
            Comment: two lines

            AAEC
            AwQ=
            =abcd
            -----END PGP PUBLIC KEY BLOCK-----

            """
        #expect(PGPArmour.packets(in: block) == [0, 1, 2, 3, 4])
        #expect(PGPArmour.packets(in: "words\n" + block + block)?.count == 10)
        #expect(PGPArmour.packets(in: block.replacing("PUBLIC", with: "PRIVATE")) == nil)
        #expect(PGPArmour.packets(in: block.replacing("AwQ=", with: "A!")) == nil)
        #expect(PGPArmour.packets(in: "") == nil)
    }

    @Test("A text of unknown origin is shown short and without anything that drives a terminal")
    func shownText() {
        #expect(shown("a\u{1b}[31mb\u{202e}c\nd") == "a?[31mb?c?d")
        #expect(shown(String(repeating: "x", count: 500)).count == 101)
        #expect(shown("Größe 日本") == "Größe 日本")
    }
}
