/// The functions of Terraform 0.15.3 that need neither files nor processes.
public enum StandardFunctions {
    /// The names of all standard functions, ascending.
    public static var names: [String] { [] }

    /// The standard function with a name.
    public static func function(named name: String) -> Function? {
        nil
    }
}
