import ClusterModel
import Foundation
import Planning

/// The real time zones, from the system's own database.
enum Zones {
    /// What an adapter hands to the planner.
    static let clock: @Sendable (String) -> ZoneClock? = { name in
        guard let zone = TimeZone(identifier: name) else { return nil }
        return ZoneClock { zone.secondsFromGMT(for: Date(timeIntervalSince1970: $0)) }
    }

    /// A time that a test writes down in UTC, such as `2026-03-29 01:00`.
    static func utc(_ text: String) -> Double {
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = DateComponents(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3],
            minute: numbers[4])
        guard let date = calendar.date(from: parts) else {
            preconditionFailure("\(text) is no time.")
        }
        return date.timeIntervalSince1970
    }

    /// A time in UTC as a test writes it down.
    static func text(_ time: Double?) -> String? {
        guard let time else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: time))
        func two(_ number: Int?) -> String { String("0\(number ?? 0)".suffix(2)) }
        return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) "
            + "\(two(parts.hour)):\(two(parts.minute))"
    }
}

let everyDay = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

/// A window that opens at a time of day such as `02:00`.
func window(
    _ days: [String], _ start: String, hours: Double, _ zone: String = "Europe/Berlin"
) -> MaintenanceWindow {
    let numbers = start.split(separator: ":").compactMap { Int($0) }
    return MaintenanceWindow(
        days: days, startMinute: numbers[0] * 60 + numbers[1],
        duration: .seconds(Int(hours * 3_600)), timeZone: zone)
}
