/// What a `for` goes through, element by element.
enum ForItems {
    /// Elements whose keys are their indexes.
    case sequence([Value])
    /// Elements that are their own keys.
    case set([Value])
    /// Elements with names.
    case named(ValueMap)

    var count: Int {
        switch self {
        case .sequence(let elements), .set(let elements): elements.count
        case .named(let elements): elements.count
        }
    }

    /// Makes an element and its key the values of a scope's variables.
    func select(_ index: Int, in scope: Scope) {
        switch self {
        case .sequence(let elements): scope.set(elements[index], key: .integer(index))
        case .set(let elements): scope.set(elements[index], key: elements[index])
        case .named(let elements):
            scope.set(elements.values[index], key: .string(elements.keys[index]))
        }
    }
}

/// The attributes of the object that a `for` makes, in the order of their first elements.
struct ForGroups {
    private let groups: Bool
    private var places: [String: Int] = [:]
    private var names: [String] = []
    /// One value for each name or, when grouping, the values of each.
    private var values: [Value] = []
    private var members: [[Value]] = []

    init(groups: Bool) {
        self.groups = groups
    }

    /// Adds an element; returns whether the name is a new one.
    mutating func add(_ value: Value, to name: String) -> Bool {
        if let place = places[name] {
            if groups { members[place].append(value) }
            return false
        }
        places[name] = names.count
        names.append(name)
        if groups { members.append([value]) } else { values.append(value) }
        return true
    }

    var pairs: [(key: String, value: Value)] {
        groups
            ? zip(names, members).map { (key: $0, value: .tuple(ValueList($1))) }
            : zip(names, values).map { (key: $0, value: $1) }
    }
}
