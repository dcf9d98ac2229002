import NIOCore
import Testing

@testable import Agent

@Suite("How many hooks are looked at")
struct HookRateTests {
    @Test("A party has a burst, then one a second, and others are not held up by it")
    func burst() {
        var rate = HookRate(now: .zero)
        let burst = (0..<61).map { _ in rate.admit("a", now: .zero) }
        #expect(burst.dropLast().allSatisfy { $0 == nil })
        #expect(burst.last == .seconds(1))
        let other = rate.admit("b", now: .zero)
        #expect(other == nil)
        let later = [rate.admit("a", now: .seconds(1)), rate.admit("a", now: .seconds(1))]
        #expect(later == [nil, .seconds(1)])
    }

    @Test("A refused hook costs its party as much as six")
    func failures() {
        var rate = HookRate(now: .zero)
        for _ in 0..<10 {
            let wait = rate.admit("a", now: .zero)
            #expect(wait == nil)
            rate.penalise("a", now: .zero)
        }
        let wait = rate.admit("a", now: .zero)
        #expect(wait == .seconds(1))
    }

    @Test("All parties together have a limit, and it comes back with time")
    func together() {
        var rate = HookRate(now: .zero)
        let waits = (0..<300).map { rate.admit("party \($0)", now: .zero) }
        #expect(waits.count { $0 == nil } == 240)
        let later = (0..<300).map { rate.admit("late \($0)", now: .seconds(10)) }
        #expect(later.count { $0 == nil } == 40)
    }

    @Test("A clock that steps back gives nothing away")
    func backwards() {
        var rate = HookRate(now: .seconds(100))
        for _ in 0..<60 { _ = rate.admit("a", now: .seconds(100)) }
        let wait = rate.admit("a", now: .seconds(50))
        #expect(wait == .seconds(1))
    }

    @Test("Any number of parties takes no more memory than a thousand")
    func memory() {
        var rate = HookRate(now: .zero)
        for number in 0..<5000 { _ = rate.admit("party \(number)", now: .milliseconds(number)) }
        #expect(rate.partyCount == HookRate.mostParties)
    }

    @Test("A delivery is new once, for a window at least, and the memory is bounded")
    func deliveries() {
        var memory = HookMemory<Int>(capacity: 10, window: .seconds(100), now: .zero)
        let first = [memory.isNew(1, now: .zero), memory.isNew(1, now: .seconds(99))]
        #expect(first == [true, false])
        let next = [memory.isNew(1, now: .seconds(150)), memory.isNew(2, now: .seconds(150))]
        #expect(next == [false, true])
        let late = [memory.isNew(1, now: .seconds(251)), memory.isNew(2, now: .seconds(251))]
        #expect(late == [true, false])
        for number in 100..<1000 { _ = memory.isNew(number, now: .seconds(252)) }
        #expect(memory.count <= 20)
        let far = memory.isNew(999, now: .seconds(100_000))
        #expect(far)
    }

    @Test("An address of IPv6 counts with its network, one of IPv4 for itself")
    func sources() throws {
        let sources = try [
            "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.7",
            "192.0.2.7", "192.0.2.8",
        ].map { HookSource(try SocketAddress(ipAddress: $0, port: 1)) }
        #expect(sources[0].party == sources[1].party)
        #expect(sources[0].party != sources[2].party)
        #expect(sources[0].description == "2001:db8:1:2::1")
        #expect(sources[3] == sources[4])
        #expect(sources[4].party != sources[5].party)
        #expect(HookSource(nil).description == "an unknown address")
    }
}
