/// What a plan must never do, done.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Fails with the text unless the condition holds.
func require(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    guard condition else { throw Violation(text()) }
}
