import ClusterModel
import Foundation
import Planning
import Testing

@Suite("Maintenance windows")
struct WindowTests {
    /// The state of windows at a time in UTC, as `open until …` or `closed until …`.
    private func state(_ windows: [MaintenanceWindow], at time: String) throws -> String {
        let schedule = try WindowSchedule(windows, clock: Zones.clock)
        switch schedule.state(at: Zones.utc(time)) {
        case .open(let until): return "open until \(Zones.text(until) ?? "ever")"
        case .closed(let until): return "closed until \(Zones.text(until) ?? "ever")"
        }
    }

    @Test(
        "open at their wall-clock time, and close after their duration",
        arguments: [
            ("2026-11-27 12:00", "closed until 2026-11-28 01:00"),
            ("2026-11-28 00:59", "closed until 2026-11-28 01:00"),
            ("2026-11-28 01:00", "open until 2026-11-28 04:00"),
            ("2026-11-28 03:59", "open until 2026-11-28 04:00"),
            ("2026-11-28 04:00", "closed until 2026-11-29 01:00"),
            ("2026-11-29 04:00", "closed until 2026-12-05 01:00"),
            // In summer the same wall clock is another time.
            ("2026-07-03 12:00", "closed until 2026-07-04 00:00"),
        ])
    func ordinary(time: String, expected: String) throws {
        #expect(try state([window(["sat", "sun"], "02:00", hours: 3)], at: time) == expected)
    }

    @Test(
        "open when the clocks have jumped, where their time does not exist",
        arguments: [
            // 29 March 2026 in Berlin: 02:00 becomes 03:00 at 01:00 UTC.
            ("Europe/Berlin", "02:00", "2026-03-29 00:30", "closed until 2026-03-29 01:00"),
            ("Europe/Berlin", "02:30", "2026-03-29 00:30", "closed until 2026-03-29 01:00"),
            ("Europe/Berlin", "03:00", "2026-03-29 00:30", "closed until 2026-03-29 01:00"),
            ("Europe/Berlin", "01:30", "2026-03-29 00:15", "closed until 2026-03-29 00:30"),
            // 8 March 2026 in New York: 02:00 becomes 03:00 at 07:00 UTC.
            ("America/New_York", "02:30", "2026-03-08 06:00", "closed until 2026-03-08 07:00"),
            // 4 October 2026 on Lord Howe: half an hour is skipped at 15:30 UTC of the day before.
            ("Australia/Lord_Howe", "02:15", "2026-10-03 15:00", "closed until 2026-10-03 15:30"),
            // 27 September 2026 on Chatham: 02:45 becomes 03:45 at 14:00 UTC of the day before.
            ("Pacific/Chatham", "03:00", "2026-09-26 13:00", "closed until 2026-09-26 14:00"),
            // 6 September 2026 in Santiago: the day begins at 01:00.
            ("America/Santiago", "00:00", "2026-09-06 03:30", "closed until 2026-09-06 04:00"),
        ])
    func skipped(zone: String, start: String, time: String, expected: String) throws {
        let window = window(["sun"], start, hours: 1, zone)
        #expect(try state([window], at: time) == expected)
        #expect(try state([window], at: String(expected.dropFirst(13))).hasPrefix("open"))
    }

    @Test(
        "open once, at the first, where their time exists twice",
        arguments: [
            // 25 October 2026 in Berlin: 03:00 becomes 02:00 at 01:00 UTC.
            ("2026-10-24 23:59", "closed until 2026-10-25 00:30"),
            ("2026-10-25 00:30", "open until 2026-10-25 01:15"),
            ("2026-10-25 01:15", "closed until 2026-11-01 01:30"),
            ("2026-10-25 01:45", "closed until 2026-11-01 01:30"),
        ])
    func twice(time: String, expected: String) throws {
        #expect(try state([window(["sun"], "02:30", hours: 0.75)], at: time) == expected)
    }

    @Test("open at the first also where clocks go back for Ramadan")
    func ramadan() throws {
        // 15 February 2026 in Casablanca: 03:00 becomes 02:00 at 02:00 UTC.
        let window = window(everyDay, "02:15", hours: 0.5, "Africa/Casablanca")
        #expect(try state([window], at: "2026-02-15 01:00") == "closed until 2026-02-15 01:15")
        #expect(try state([window], at: "2026-02-15 02:20") == "closed until 2026-02-16 02:15")
    }

    @Test("stay open for real time while the clocks change")
    func realTime() throws {
        let night = window(["sat"], "23:00", hours: 6)
        #expect(try state([night], at: "2026-03-28 22:00") == "open until 2026-03-29 04:00")
        #expect(try state([night], at: "2026-10-24 21:00") == "open until 2026-10-25 03:00")
    }

    @Test("go on across midnight, into a day that they do not name")
    func midnight() throws {
        let night = window(["sat"], "23:00", hours: 4, "UTC")
        #expect(try state([night], at: "2026-11-29 02:59") == "open until 2026-11-29 03:00")
        #expect(try state([night], at: "2026-11-29 23:30") == "closed until 2026-12-05 23:00")
        let days = window(["fri"], "18:00", hours: 60, "UTC")
        #expect(try state([days], at: "2026-11-30 05:00") == "open until 2026-11-30 06:00")
    }

    @Test("are one where they overlap or touch")
    func overlapping() throws {
        let weekend = window(["sat", "sun"], "20:00", hours: 26, "UTC")
        #expect(try state([weekend], at: "2026-11-28 21:00") == "open until 2026-11-30 22:00")
        let pair = [
            window(["sat"], "02:00", hours: 2, "UTC"), window(["sat"], "05:00", hours: 3),
            window(["sun"], "01:00", hours: 1, "UTC"),
        ]
        #expect(try state(pair, at: "2026-11-28 02:30") == "open until 2026-11-28 07:00")
        #expect(try state(pair, at: "2026-11-28 08:00") == "closed until 2026-11-29 01:00")
    }

    @Test("have no end in sight where they cover every day, and never open without one")
    func extremes() throws {
        let always = window(everyDay, "00:00", hours: 24, "UTC")
        #expect(try state([always], at: "2026-11-28 21:00") == "open until ever")
        #expect(
            try state([window([], "00:00", hours: 24)], at: "2026-11-28 21:00")
                == "closed until ever")
        // A day of 25 hours is longer than a window of 24.
        let berlin = window(everyDay, "00:00", hours: 24)
        #expect(try state([berlin], at: "2026-10-25 12:00") == "open until 2026-10-25 22:00")
        #expect(try state([berlin], at: "2026-10-25 22:30") == "closed until 2026-10-25 23:00")
    }

    @Test("name the zone that nobody knows")
    func unknown() {
        let error = #expect(throws: UnknownTimeZone.self) {
            try WindowSchedule(
                [window(["sat"], "02:00", hours: 1, "Europe/Atlantis")], clock: Zones.clock)
        }
        #expect(error?.description.contains("Europe/Atlantis") == true)
        #expect(error?.disposition == .stalled)
    }

    @Test(
        "agree with the system's calendar about every day on which clocks change by an hour",
        arguments: [
            "Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana",
            "Asia/Kolkata",
        ])
    func calendar(zone: String) throws {
        var calendar = Calendar(identifier: .gregorian)
        let zoneRules = try #require(TimeZone(identifier: zone))
        calendar.timeZone = zoneRules
        var moments = [Zones.utc("2026-06-01 00:00")]
        while let next = zoneRules.nextDaylightSavingTimeTransition(
            after: Date(timeIntervalSince1970: moments[moments.count - 1])), moments.count < 5
        { moments.append(next.timeIntervalSince1970) }
        for (start, hour, minute) in [
            ("00:00", 0, 0), ("01:30", 1, 30), ("02:00", 2, 0), ("02:45", 2, 45), ("23:30", 23, 30),
        ] {
            let schedule = try WindowSchedule(
                [window(everyDay, start, hours: 0.1, zone)], clock: Zones.clock)
            for moment in moments {
                for time in stride(from: moment - 90_000, to: moment + 90_000, by: 9_660) {
                    // Asked between two equal times, the calendar gives the second.
                    guard abs(time - moment) > 7_200,
                        case .closed(let until) = schedule.state(at: time)
                    else { continue }
                    let expected = calendar.nextDate(
                        after: Date(timeIntervalSince1970: time),
                        matching: DateComponents(hour: hour, minute: minute),
                        matchingPolicy: .nextTime, repeatedTimePolicy: .first)
                    #expect(
                        until == expected?.timeIntervalSince1970,
                        "\(start) after \(Zones.text(time) ?? "")")
                }
            }
        }
    }
}
