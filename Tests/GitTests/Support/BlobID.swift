import CLibgit2
import Testing

@testable import Git

/// The name that Git gives a file's content.
func blobID(_ bytes: [UInt8]) throws -> String {
    var id = git_oid()
    try #require(git_odb_hash(&id, bytes, bytes.count, GIT_OBJECT_BLOB) == 0)
    return hexadecimal(id)
}
