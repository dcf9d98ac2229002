import Foundation

/// Who is at the other end of a connection, as the system vouches for it.
struct ControlCaller: Hashable, Sendable, CustomStringConvertible {
    /// The user's number.
    let user: uid_t

    /// The user's name, where it has one and may come in.
    let name: String?

    /// Such as `alex (uid 1000)`.
    var description: String { name.map { "\($0) (uid \(user))" } ?? "uid \(user)" }
}

/// The users who may give commands: the agent's own and root.
struct ControlUsers: Sendable {
    private let own: uid_t
    private let names: [uid_t: String]

    /// Looks the names up, once: a directory service that hangs later holds nothing up.
    init(own: uid_t = geteuid()) {
        self.own = own
        let known = [own, 0].compactMap { user in Self.name(of: user).map { (user, $0) } }
        names = Dictionary(known, uniquingKeysWith: { $1 })
    }

    /// Who is connected; throws for somebody who may not give commands.
    func caller(at connection: Int32) throws(ControlError) -> ControlCaller {
        // The fields of the system's `ucred`: process, user, group.
        var peer: (process: pid_t, user: uid_t, group: gid_t) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: peer))
        guard getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0,
            size == MemoryLayout.size(ofValue: peer)
        else { throw .system("Nobody knows who gives this command", errno) }
        guard peer.user == own || peer.user == 0 else {
            throw ControlError(
                "uid \(peer.user) may not give commands to this agent: only its own user "
                    + "(uid \(own)) and root may.",
                hint: "Run the command as one of them, as with sudo.")
        }
        return ControlCaller(user: peer.user, name: names[peer.user])
    }

    private static func name(of user: uid_t) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &entry, &room, room.count, &found) == 0, let name = found?.pointee
        else { return nil }
        return String(cString: name.pw_name)
    }
}
