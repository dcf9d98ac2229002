import Subprocess

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Follows one child process: reads what it writes, and stops it when asked.
struct ChildWatch: Sendable {
    /// How long descendants may outlive the process before they are stopped.
    private static let windDown = Duration.milliseconds(250)

    let group: ProcessGroup
    let command: ChildCommand
    let mask: SecretMask
    let stop: StopRequest
    let output: @Sendable (OutputLine) async -> Void

    /// Reads both streams until nobody of the group is left; returns what was captured.
    func follow(
        _ standardOutput: SubprocessOutputSequence, _ standardError: SubprocessOutputSequence
    ) async throws -> [UInt8] {
        let stopper = Task { await stopWhenAsked() }
        let timer = Task {
            try await Task.sleep(for: command.timeout)
            stop.make(.timedOut)
        }
        async let errors: Void = stream(standardError, as: .error)
        let captured: [UInt8]
        switch command.standardOutput {
        case .stream:
            captured = []
            await stream(standardOutput, as: .output)
        case .capture(let limit):
            captured = await capture(standardOutput, limit: limit)
        }
        await errors
        timer.cancel()
        stopper.cancel()
        await stopper.value
        return captured
    }

    private func stream(_ bytes: SubprocessOutputSequence, as name: OutputLine.Stream) async {
        var lines = LineAssembler(mask: mask)
        await read(bytes) { buffer in
            for line in lines.append(buffer) { await output(OutputLine(name, line)) }
        }
        if let line = lines.finish() { await output(OutputLine(name, line)) }
    }

    private func capture(_ bytes: SubprocessOutputSequence, limit: Int) async -> [UInt8] {
        var captured: [UInt8] = []
        await read(bytes) { buffer in
            if captured.count + buffer.count > limit { stop.make(.tooMuchOutput) }
            captured += buffer.prefix(limit - captured.count)
        }
        return captured
    }

    /// Hands on everything that is written until nobody of the group is left.
    ///
    /// The stream ends when its last writer closes it, but also as soon as the leader has ended,
    /// with its descendants perhaps still at work. So it is asked again while any of them lives.
    private func read(
        _ bytes: SubprocessOutputSequence, _ take: ([UInt8]) async -> Void
    ) async {
        var iterator = bytes.makeAsyncIterator()
        var pause = Duration.milliseconds(1)
        var orphaned: ContinuousClock.Instant?
        while true {
            let isLast = !group.hasRunningMembers
            while let buffer = try? await iterator.next() {
                await take(buffer.withUnsafeBytes { Array($0) })
                pause = .milliseconds(1)
            }
            if isLast { return }
            if !group.leaderRuns {
                let since = orphaned ?? .now
                orphaned = since
                if since.duration(to: .now) > ChildWatch.windDown { stop.make(.leftBehind) }
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
    }

    private func stopWhenAsked() async {
        guard let reason = await stop.wait() else { return }
        let limit = command.stop
        await say("\(reason.sentence); SIGINT sent, up to \(limit.patience) to end")
        group.send(SIGINT)
        do {
            try await Task.sleep(for: limit.patience)
            await say("still running after \(limit.patience); SIGTERM sent")
            group.send(SIGTERM)
            try await Task.sleep(for: limit.grace)
            await say("still running after SIGTERM; SIGKILL sent")
            group.send(SIGKILL)
        } catch {
            // Cancelled, because nobody of the group is left.
        }
    }

    private func say(_ text: String) async {
        await output(OutputLine(.runner, mask("\(command.executable): \(text)")))
    }
}

extension StopReason {
    fileprivate var sentence: String {
        switch self {
        case .timedOut: "it took longer than allowed"
        case .cancelled: "the run was cancelled"
        case .leftBehind: "it ended and left processes behind"
        case .tooMuchOutput: "it wrote more than can be read"
        }
    }
}
