import Foundation
import Testing

@testable import Talos

@Suite("Kubeconfig from a node", .timeLimit(.minutes(1)))
struct KubeconfigTests {
    /// What both archives below hold.
    private static let text = String(
        repeating: """
            apiVersion: v1
            kind: Config
            clusters:
            - name: sol
              cluster:
                server: https://10.0.0.1:6443

            """, count: 3)

    /// An unpadded tar without an end in gzip, as Talos sends it.
    private static let archive = """
        H4sIAAAAAAAA/8suTUpNzs9Ly0xnoBkwAAIzAwMwbYBJG5gYm8LZEHFzc3MzBgUDBjqA0uKSxCKglQwjEyQW\
        ZIalFhVn5udZKZQZcmVn5qVYKTiDEwRXcg4wcICSVly6CnmJualWCsX5OVwKClBxKyBTQaE4tagMyFbIKCkp\
        KLbS1zc00ANBQyszExNjrqFtPABfDP2LHQMAAA==
        """

    /// The same with a file name in the gzip header.
    private static let named = """
        H4sICAAAAAAA/2t1YmVjb25maWcudGFyAMsuTUpNzs9Ly0xnoBkwAAIzAwMwbYBJG5gYm8LZEHFzc3MzBgUD\
        BjqA0uKSxCKglQwjEyQWZIalFhVn5udZKZQZcmVn5qVYKTiDEwRXcg4wcICSVly6CnmJualWCsX5OVwKClBx\
        KyBTQaE4tagMyFbIKCkpKLbS1zc00ANBQyszExNjrqFtPABfDP2LHQMAAA==
        """

    /// The squares modulo 997 of 0 to 599, each with a semicolon, compressed by zlib at level 9.
    private static let squares = """
        LZXZkcQgDAVTMuKQVOSf13Yz++Hy2Ab0Lmm+O+66fce5se88d/U969a44/vuCO5r8ZUVzRLWxOZefWcs1rOb\
        dWtxr3V39N157mHd4Z48J++L7826Zn3k7bhjN6fVjeakDE5Idq97vnkPO/LkrR23J98BEXFjAHBQ7GPpRxHu\
        yXPxvvk+wbnEV5w4IfKxhPqTJXvezoITFWeCuzhi3APhZG2PuNAagoHuaj6t7yb3lv5HdQCvwbbkyAUwq+eN\
        hWQDQFTLAxA+DZX5NooUKsxb54MbSwFFwQOfgjq4gp8L3AeWxUlAD6ReFfc0Og1qs2NuChQ0OHTC8Ahxo26h\
        6LyBZou6p2AS0Ei+49xJFNdBcK7p9wYfJWC7kv1QRL+A0d6cHpPHgXjApmJPlkJlKyLml7qSDtxq3AmufXjN\
        fag327JQgGLInBTWO2Q91GoOmJh08LlTfRTC3x+/KYhzje8z1AzMbOXwxFsFYWfCYrBjCQV4AdwNpt6IQqhO\
        UxTiBLgQITh0Sxi4EwNyuR2mU1EmWwanE4nQHHzWNERK1ow9oAZNgM/GQFVSQGKkWB8dg3Pz+Lj4RNLwfmDP\
        Ji6NCkuTU84mDM/ohIOtA813mxeqggTLFtUaJJMIFQ0yIVlYFC1pGgaC+bxQD+1WE9OqpbDiOuUzMNrvMDPo\
        nJ/ACJgnbILypb80Zy3NPKTYTCI9Wm9SLjp1Rv6DaIFLCbzJttq2HuwMI7ZA6thyyi5qCBaoFq1lFlkxAJP6\
        +/oYtzh1fDqFZgAuc0ly4HjYFSwtfq+09VmFcdbjpO0IwNgE5ixNo7aNgDetfw4UoJZRoQCEP9sGgcFwmD7x\
        Wlntqe17vTr6QjFO3Jv3HFMcsZ1SivIiRJSo2uTzhLOISIANVsjpiDOetoADSxXTjmIDI/S045GuYkAUIdk2\
        H0y7nFy2vvtwQyfNH/0PvnKKHmsRQ4RG4c1wCNVF7LZdHYUoB39yuW0uHB6OOsJ1xMS0CQRvDkz6YqPPtOFJ\
        UQ8TQn3TUmJDePsO6xgzQR+aRUeMMoF+PgNoV6qk0+lzxMBmC5fVDkXQEoo1jJxhoKeAm4aBg7WOf5mh0+js\
        /DETbQPIhmyUTrPLycsu1SRKKxwRILeuTnA2wqVGs2ujw6L+JFnBNfg9HOkEDE3T8epoJc7LhkSPOWxasdhx\
        EONQ2xUZnOrLvyDcC6cAEHm3tkVI+WsGVHMAUWU4qtAGFr6h7JtIXI4ZRCrHNs9FA1c4woHkf4XT8njxGxFz\
        O6Lqd+3/d35zjWv7t/ed4VmeWb8ar5Y1y3+3+0b3QyU6UYpW1KKXhWxkJTtZylbWslcF1UCU+imkUiqmciqo\
        kiqqsiqs0kqB7uqvD/qhL/qjT/qlb9ini7qpq7qry7qt68AyA2bBTJgNM1Jvfr7kmCCTZKJMlgkjaObN3O33\
        rzZeHiteOk2paTW1ptcUm2ZTbbpNef8yb/btAXvhDw==
        """

    private func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }

    @Test("An archive without padding and end", arguments: [archive, named])
    func extracts(base64: String) throws {
        #expect(try KubeconfigArchive.extract(bytes(base64)) == Self.text)
    }

    @Test("An archive that was cut anywhere is refused, never half read")
    func cut() throws {
        let whole = try bytes(Self.archive)
        // The last eight bytes are gzip's check sum and length, which are not looked at.
        for length in 0..<(whole.count - 8) {
            #expect(throws: KubeconfigArchive.Failure.self) {
                try KubeconfigArchive.extract(Array(whole[..<length]))
            }
        }
    }

    @Test("Something else than an archive", arguments: ["", "apiVersion: v1", "\u{1f}\u{8b}\u{8}"])
    func other(text: String) {
        #expect(throws: KubeconfigArchive.Failure.self) {
            try KubeconfigArchive.extract(Array(text.utf8))
        }
    }

    @Test("Dynamic codes")
    func dynamic() throws {
        let expected = (0..<600).map { "\($0 * $0 % 997);" }.joined()
        let output = try Inflate.decompress(bytes(Self.squares)[...], limit: 10_000)
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    @Test("Fixed codes with overlapping copies, and stored bytes")
    func simple() throws {
        for base64 in ["y0jNyclXyEAnAQ==", "ARcA6P9oZWxsbyBoZWxsbyBoZWxsbyBoZWxsbw=="] {
            let output = try Inflate.decompress(bytes(base64)[...], limit: 100)
            #expect(String(decoding: output, as: UTF8.self) == "hello hello hello hello")
        }
    }

    @Test("Output beyond the limit, a reference before the beginning, an unknown kind of block")
    func invalid() throws {
        let hello = try bytes("y0jNyclXyEAnAQ==")
        #expect(throws: Inflate.Failure.tooLong) {
            try Inflate.decompress(hello[...], limit: 10)
        }
        #expect(throws: Inflate.Failure.invalid) { try Inflate.decompress([0x07], limit: 10) }
        #expect(throws: Inflate.Failure.truncated) { try Inflate.decompress([], limit: 10) }
        // Fixed codes: a copy of three bytes from one byte back, with nothing there yet.
        #expect(throws: Inflate.Failure.invalid) {
            try Inflate.decompress([0x03, 0x02, 0x00], limit: 10)
        }
        #expect(throws: Inflate.Failure.invalid) {
            try Inflate.decompress([0x01, 0x01, 0x00, 0x00, 0x00, 0x41], limit: 10)
        }
    }

    @Test("Over the wire, from the endpoint")
    func wire() async throws {
        try await withCluster([FakeNode(name: "cp-1")]) { test in
            let archive = try bytes(Self.archive)
            test.cluster.change { $0.behaviour.kubeconfig = archive }
            #expect(try await test.client.kubeconfig() == Self.text)
            test.cluster.change { $0.behaviour.kubeconfig = Array(archive[..<100]) }
            let error: TalosError = try await failure {
                _ = try await test.client.kubeconfig()
            }
            #expect(error.kind == .corrupt)
        }
    }
}
