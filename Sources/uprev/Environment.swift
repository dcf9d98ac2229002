import Foundation

/// The value of an environment variable; `nil` when it is unset or empty.
func fromEnvironment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}
