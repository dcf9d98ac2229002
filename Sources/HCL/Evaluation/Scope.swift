/// The variables of a `for` or the element of a splat, on top of an outer scope.
final class Scope {
    private let names: [(name: String, value: Value)]
    private let outer: Scope?

    /// The name under which the element of a splat is kept; no variable can have it.
    static let splatElement = ""

    init(_ names: [(name: String, value: Value)], outer: Scope?) {
        self.names = names
        self.outer = outer
    }

    func value(of name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            for entry in current.names where entry.name == name { return entry.value }
            scope = current.outer
        }
        return nil
    }

    /// All names that are visible, for suggestions.
    var visibleNames: [String] {
        names.map(\.name).filter { !$0.isEmpty } + (outer?.visibleNames ?? [])
    }
}
