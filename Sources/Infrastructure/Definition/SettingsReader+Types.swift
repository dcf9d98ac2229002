import HCL

extension SettingsReader {
    /// Reports a value of the wrong kind.
    private func mismatch(_ name: String, _ wanted: String, at range: SourceRange) {
        problems.add("Wrong value", "\(name) must be \(wanted).", at: range)
    }

    /// Text; nothing when absent or wrong.
    func text(_ name: String) -> Setting<String>? {
        guard let setting = value(name) else { return nil }
        guard let text = setting.value.stringValue else {
            mismatch(name, "text", at: setting.range)
            return nil
        }
        return Setting(value: text, range: setting.range)
    }

    /// A truth value.
    func flag(_ name: String, or fallback: Bool) -> Bool {
        guard let setting = value(name) else { return fallback }
        guard let flag = setting.value.boolValue else {
            mismatch(name, "true or false", at: setting.range)
            return fallback
        }
        return flag
    }

    /// A whole number within limits.
    func integer(_ name: String, in limits: ClosedRange<Int>, or fallback: Int) -> Int {
        guard let setting = value(name) else { return fallback }
        guard let number = setting.value.numberValue?.integer, limits.contains(number) else {
            mismatch(
                name, "a whole number from \(limits.lowerBound) to \(limits.upperBound)",
                at: setting.range)
            return fallback
        }
        return number
    }

    /// A list of texts, each with the place of the list.
    func texts(_ name: String) -> Setting<[String]>? {
        guard let setting = value(name) else { return nil }
        let known = setting.value.elements?.compactMap(\.stringValue)
        guard let known, known.count == setting.value.elements?.count else {
            mismatch(name, "a list of texts", at: setting.range)
            return nil
        }
        return Setting(value: known, range: setting.range)
    }

    /// Texts by name.
    func textMap(_ name: String) -> Setting<[String: String]>? {
        guard let setting = value(name) else { return nil }
        guard let attributes = setting.value.attributes else {
            mismatch(name, "an object of texts", at: setting.range)
            return nil
        }
        var map: [String: String] = [:]
        for (key, value) in attributes {
            guard let text = value.stringValue else {
                mismatch("\(name).\(key)", "text", at: setting.range)
                continue
            }
            map[key] = text
        }
        return Setting(value: map, range: setting.range)
    }

    /// One of several words.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, or fallback: Choice)
        -> Choice where Choice.RawValue == String
    {
        guard let setting = text(name) else { return fallback }
        guard let choice = Choice(rawValue: setting.value) else {
            reportChoice(
                name, setting.value, among: Choice.allCases.map(\.rawValue), at: setting.range)
            return fallback
        }
        return choice
    }

    /// Reports a word that is none of those possible.
    func reportChoice(_ name: String, _ word: String, among words: [String], at range: SourceRange)
    {
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        problems.add(
            "Wrong value", "\(name) must be one of \(list), not \"\(word)\".", at: range,
            hint: NearestName.hint(for: word, among: words))
    }

    /// A duration such as `90s`, `2m` or `1h30m`.
    func duration(_ name: String, or fallback: Duration, allowsZero: Bool = true) -> Duration {
        guard let setting = value(name) else { return fallback }
        guard let text = setting.value.stringValue, let duration = DurationText.parse(text) else {
            mismatch(name, "a duration such as \"90s\", \"2m\" or \"1h30m\"", at: setting.range)
            return fallback
        }
        guard allowsZero || duration > .zero else {
            mismatch(name, "longer than zero", at: setting.range)
            return fallback
        }
        return duration
    }

    /// A path in the repository, normalised; nothing when it leaves it.
    func path(_ setting: Setting<String>, _ name: String) -> String? {
        do throws(RepositoryPath.Refusal) {
            guard !setting.value.hasPrefix("/") else {
                throw RepositoryPath.Refusal(reason: "begins with /")
            }
            return try RepositoryPath.resolve(setting.value, from: "")
        } catch {
            problems.add(
                "Path outside the repository",
                "The path \"\(setting.value)\" of \(name) \(error.reason).", at: setting.range,
                hint: "Write the path from the top of the repository.")
            return nil
        }
    }

    /// Paths or path patterns in the repository.
    func paths(_ name: String) -> [String] {
        guard let setting = texts(name) else { return [] }
        return setting.value.compactMap { text in
            path(Setting(value: text, range: setting.range), name)
        }
    }
}
