public import ClusterModel
import Crypto
import FoundationEssentials

extension DesiredState {
    /// Identifies the installer image that this state asks for: a hash over what decides it.
    ///
    /// That is the Talos version, the extensions by list, name, tag and digest, the kernel arguments
    /// in their order, platform, architecture and Secure Boot, and the extension release where a
    /// unit of the repository consumes it.
    public var imageKey: String { digest(of: ImageValues(self)) }
}

/// The SHA-256 of a value's canonical JSON, such as `sha256:…`.
///
/// Canonical is JSON with sorted keys and without white space, which is the same text for equal
/// values in every process.
func digest(of value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The types encoded here hold texts, numbers and lists only; JSON can express all of them.
    guard let bytes = try? encoder.encode(value) else {
        preconditionFailure("A value of a plan cannot be written as JSON.")
    }
    return hexadecimal(SHA256.hash(data: bytes))
}

/// A hash as text, such as `sha256:…`.
func hexadecimal(_ hash: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return "sha256:" + String(decoding: text, as: UTF8.self)
}
