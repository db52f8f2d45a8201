import BanyanJSON

/// What all families of a request say alike is said once, as its `defaults`: of a hundred thousand different tasks each would
/// otherwise carry the same environment and the same folder.
enum SharedFields {
  /// Of fewer families what is sent is easier to read as it was written.
  static let minFamilies = 100

  /// Each family's own, or merged by other rules than these.
  private static let own: Set<String> = [
    "name", "command", "arguments", "after", "range", "matrix", "rows", "max_running", "stop_after_failures", "labels",
  ]

  /// Takes out of the families what is alike in all of them.
  static func taken(from families: inout [JSONObject]) -> JSONObject {
    guard families.count >= minFamilies, let first = families.first else { return [:] }
    var shared: JSONObject = [:]
    for (key, value) in first where !own.contains(key) {
      if families.allSatisfy({ $0[key] == value }) {
        shared[key] = value
        for place in families.indices { families[place][key] = nil }
      } else if key == "environment", let variables = variables(of: families) {
        shared[key] = .object(variables)
        for place in families.indices { families[place][key] = rest(of: families[place][key], without: variables) }
      }
    }
    return shared
  }

  /// Variables that have the same value in each family; nil: there is none, or a family has no environment.
  private static func variables(of families: [JSONObject]) -> JSONObject? {
    guard var shared = families.first?["environment"]?.object else { return nil }
    for family in families.dropFirst() {
      guard let environment = family["environment"]?.object else { return nil }
      for (name, text) in shared where environment[name] != text { shared[name] = nil }
      if shared.isEmpty { return nil }
    }
    return shared
  }

  /// The server merges both by name.
  private static func rest(of environment: JSON?, without shared: JSONObject) -> JSON? {
    var own: JSONObject = [:]
    for (name, text) in environment?.object ?? [:] where shared[name] == nil { own[name] = text }
    return own.isEmpty ? nil : .object(own)
  }
}
