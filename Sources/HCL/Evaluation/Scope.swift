/// The variables of a `for` or the element of a splat, on top of an outer scope.
///
/// One scope serves all elements, one after the other.
final class Scope {
    private let name: String
    private let keyName: String?
    private let outer: Scope?
    private var value = Value.unknownPlaceholder
    private var key = Value.unknownPlaceholder

    /// The name under which the element of a splat is kept; no variable can have it.
    static let splatElement = ""

    /// Creates a scope whose variables are not known yet.
    init(_ name: String, key: String? = nil, outer: Scope?) {
        self.name = name
        keyName = key
        self.outer = outer
    }

    /// Goes on to an element.
    func set(_ value: Value, key: Value = .unknownPlaceholder) {
        self.value = value
        self.key = key
    }

    func value(of name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if current.name == name { return current.value }
            if let keyName = current.keyName, keyName == name { return current.key }
            scope = current.outer
        }
        return nil
    }

    /// All names that are visible, for suggestions.
    var visibleNames: [String] {
        [name, keyName ?? ""].filter { !$0.isEmpty } + (outer?.visibleNames ?? [])
    }
}
