import BanyanJSON

/// What one submission asks for: the body of `POST /jobs`.
struct JobForm {
  var name: String?
  /// One form a family, in the order in which they were written.
  var families: [TaskForm]
  /// The job whose successes are taken over.
  var resumes: Int64?

  /// The job as the server takes it.
  var document: JSON {
    var job: JSONObject = [:]
    if let name { job["name"] = .string(name) }
    if let resumes { job["resume"] = .integer(resumes) }
    var documents = families.map(\.document)
    let defaults = SharedFields.taken(from: &documents)
    if !defaults.isEmpty { job["defaults"] = .object(defaults) }
    // What all families are labelled with are labels of the job.
    let shared = Self.sharedLabels(documents)
    if !shared.isEmpty { job["labels"] = .object(shared) }
    job["tasks"] = .array(
      documents.map { document in
        var document = document
        if let labels = document["labels"]?.object, !shared.isEmpty {
          var own: JSONObject = [:]
          for (name, text) in labels where shared[name] != text { own[name] = text }
          document["labels"] = own.isEmpty ? nil : .object(own)
        }
        return .object(document)
      })
    return .object(job)
  }

  private static func sharedLabels(_ documents: [JSONObject]) -> JSONObject {
    var shared: JSONObject = [:]
    guard let first = documents.first?["labels"]?.object else { return shared }
    // One with a placeholder in it is each task's own.
    for (name, text) in first where text.string?.contains("{") == false {
      if documents.allSatisfy({ $0["labels"]?.object?[name] == text }) { shared[name] = text }
    }
    return shared
  }

  /// Puts what the server knows in the place of a word that was typed for what families wait for.
  mutating func resolve(_ word: String, as references: [String]) {
    for place in families.indices {
      guard let index = families[place].awaited.firstIndex(of: word) else { continue }
      families[place].awaited.remove(at: index)
      families[place].awaited += references.filter { !families[place].awaited.contains($0) }
    }
  }

  /// How many tasks it has.
  var taskCount: Int { families.reduce(0) { $0 + ($1.parameters?.count ?? 1) } }
}
