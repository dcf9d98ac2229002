import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A child process that leads its own group, and everybody in that group.
///
/// Valid only until the leader is reaped: until then neither its number nor the group's can be
/// given to somebody else, so a signal cannot hit a stranger.
struct ProcessGroup: Sendable {
    /// The process that leads the group, which is also the group's number.
    let leader: pid_t

    /// Whether the leader still runs.
    var leaderRuns: Bool {
        var info = siginfo_t()
        // Only looks: reaping is for whoever started the process.
        guard waitid(P_PID, id_t(leader), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else {
            return false
        }
        return info.si_signo == 0
    }

    /// Whether anybody in the group still runs; zombies do not.
    var hasRunningMembers: Bool {
        if leaderRuns { return true }
        #if os(Linux)
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.contains { pid_t($0) != nil && isRunningMember(process: $0) }
        #else
        return kill(-leader, 0) == 0
        #endif
    }

    /// Sends a signal to everybody in the group.
    func send(_ signal: Int32) {
        // Fails only when nobody is left, which is what the caller wants.
        _ = kill(-leader, signal)
    }

    #if os(Linux)
    private func isRunningMember(process: String) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
            return false
        }
        // The second field is the command in parentheses, which may hold anything.
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return false }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 2, pid_t(fields[2]) == leader else { return false }
        return fields[0] != "Z" && fields[0] != "X"
    }
    #endif
}
