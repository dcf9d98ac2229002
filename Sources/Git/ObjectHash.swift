import CLibgit2
import COpenSSL

/// Computes the name that an object must have.
///
/// OpenSSL's SHA-1 costs a fifth of libgit2's, which also looks for signs of forged collisions; that
/// was done when the object was received. Here it finds what a disk has broken since.
final class ObjectHash {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    init() {
        guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA1", nil) else {
            preconditionFailure("OpenSSL cannot compute SHA-1, which Git cannot do without.")
        }
        self.context = context
        self.algorithm = algorithm
    }

    deinit {
        EVP_MD_free(algorithm)
        EVP_MD_CTX_free(context)
    }

    /// Whether `id` is the SHA-1 of the object's type, size and bytes.
    func isName(_ id: git_oid, of object: borrowing RawObject) -> Bool {
        let bytes = object.bytes
        guard let type = git_object_type2string(object.type),
            EVP_DigestInit_ex2(context, algorithm, nil) == 1,
            EVP_DigestUpdate(context, type, strlen(type)) == 1
        else { return false }
        var head = " \(bytes.count)\0"
        var digest = git_oid()
        let isComputed = head.withUTF8 { head in
            EVP_DigestUpdate(context, head.baseAddress, head.count) == 1
                && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                && withUnsafeMutableBytes(of: &digest) { digest in
                    let start = digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    return EVP_DigestFinal_ex(context, start, nil) == 1
                }
        }
        return isComputed && digest.isSame(as: id)
    }
}
