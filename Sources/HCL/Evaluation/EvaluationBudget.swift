/// The work that an evaluation may still do, shared by everything done on its behalf.
///
/// A file cannot make the evaluator run or grow without end: every node evaluated, every element
/// made and every byte of text made costs one unit, and nesting is limited. Files that read other
/// files share one budget.
public final class EvaluationBudget {
    /// The units that a budget has unless said otherwise: far more than any real file needs, and
    /// used up in a few seconds.
    public static let standardUnits = 5_000_000
    /// How deep expressions may be evaluated inside one another unless said otherwise.
    public static let standardDepth = 200
    /// How deep collections may be inside one another.
    public static let deepestValue = 128
    /// About how many bytes a value may take when it is written out.
    static let heaviestValue = 32_000_000
    private static let bytesWalkedForOneUnit = 32

    /// The units that are left.
    public private(set) var remaining: Int
    /// The error of the first limit that was exceeded; no `try` can make it unhappen.
    public private(set) var failure: Diagnostic?
    private let limit: Int
    private let depthLimit: Int
    private var depth = 0
    /// How many expressions around this one are only tried: an error there is a result like any
    /// other.
    var attempts = 0
    /// What watches the stack of the thread that evaluates.
    var stack = StackRoom()

    /// Creates a budget.
    public init(units: Int = standardUnits, depthLimit: Int = standardDepth) {
        remaining = units
        limit = units
        self.depthLimit = depthLimit
    }

    /// Takes units for work about to be done at a place; throws when too few are left.
    public func charge(_ units: Int, at range: @autoclosure () -> SourceRange) throws(Diagnostic) {
        guard units <= remaining else {
            remaining = 0
            throw fail(
                "Evaluation takes too much work",
                "More than the \(limit) steps that one evaluation may take would be needed.",
                range(), hint: "Look for a very large range, product or repetition.")
        }
        remaining -= units
    }

    /// Goes one level deeper; each success must be matched by a call of `leave()`.
    public func enter(at range: @autoclosure () -> SourceRange) throws(Diagnostic) {
        guard depth < depthLimit else { throw tooDeep(at: range()) }
        if depth == 0 { stack.restart() }
        depth += 1
    }

    /// The error of the limit on depth.
    func tooDeep(at range: SourceRange) -> Diagnostic {
        fail(
            "Evaluation is nested too deeply",
            "Expressions need one another more than \(depthLimit) levels deep, which is the limit.",
            range, hint: "Split the expression, or shorten the chain of locals.")
    }

    /// The error of a system that has no thread left to go on with.
    func noThread(at range: SourceRange) -> Diagnostic {
        fail(
            "No thread for a deep evaluation",
            "The system gives no further thread, whose stack this expression needs.", range,
            hint: "Raise the limit on threads or memory of the process, or shorten the expression.")
    }

    /// Comes back from one level.
    public func leave() {
        depth -= 1
    }

    /// Refuses a value that is nested too deeply or, with repeated parts, too large.
    func check(_ value: Value, at range: @autoclosure () -> SourceRange) throws(Diagnostic) {
        if value.nesting > Self.deepestValue {
            throw fail(
                "Value is nested too deeply",
                "Collections are inside one another more than \(Self.deepestValue) levels deep, "
                    + "which is the limit.", range(), hint: "Make the value flatter.")
        }
        if value.weight > Self.heaviestValue {
            throw fail(
                "Value is too large",
                "Written out, the value would take more than \(Self.heaviestValue) bytes, which is "
                    + "the limit.", range(),
                hint: "Look for a collection that is put into itself again and again.")
        }
    }

    /// Takes units for looking at a value in all its parts.
    func charge(walkThrough value: Value, at range: @autoclosure () -> SourceRange)
        throws(Diagnostic)
    {
        try charge(value.weight / Self.bytesWalkedForOneUnit, at: range())
    }

    private func fail(
        _ summary: String, _ detail: String, _ range: SourceRange, hint: String? = nil
    ) -> Diagnostic {
        let diagnostic = Diagnostic(summary: summary, detail: detail, range: range, hint: hint)
        if failure == nil { failure = diagnostic }
        return diagnostic
    }
}
