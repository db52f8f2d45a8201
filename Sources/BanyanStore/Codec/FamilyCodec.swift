import BanyanCore
import BanyanJSON

/// What a job was written as, as elements of a list.
///
/// | what | elements |
/// | --- | --- |
/// | a job's words | labels (an object), the job that it resumes, what it takes over (a list of member, member there, count), its families |
/// | a family | name, count, parameters, held, made to wait at once, what it waits for, members whose names carry their numbers, whether its members differ, the specification (`SpecCodec`) |
/// | parameters | `range` and lists of first, last and step; `matrix` and lists of a name and its values; `rows`, the columns, all values |
/// | what it waits for | the family's place; then for each condition a pair: a parameter's place, and the place of the own one or a text |
///
/// What may be missing is null, and so is an empty list or object.
enum FamilyCodec {
  /// The names of a job's elements, for a snapshot's header.
  static let columns: [JSON] = ["labels", "resumes", "taken_over", "families"]

  static func write(
    labels: TextMap, resumes: JobNumber?, takenOver: [JobMaking.TakenOver], _ families: [Family],
    to list: inout JSONArrayWriter
  ) {
    write(labels, to: &list)
    list.append(resumes.map { Int64(clamping: $0.value) })
    if takenOver.isEmpty {
      list.appendNull()
    } else {
      list.array { list in
        for run in takenOver { list.append(numbers: [Int64(run.member), Int64(run.from), Int64(run.count)]) }
      }
    }
    list.array { list in
      for family in families { list.array { write(family, to: &$0) } }
    }
  }

  private static func write(_ texts: TextMap, to list: inout JSONArrayWriter) {
    if texts.isEmpty { return list.appendNull() }
    list.object { object in
      for (name, text) in texts { object.set(dynamicKey: name, text) }
    }
  }

  private static func write(_ family: Family, to list: inout JSONArrayWriter) {
    list.append(family.name)
    list.append(family.count)
    write(family.parameters, to: &list)
    list.append(family.isHeld)
    list.append(family.wantsAvailable)
    write(family.after, to: &list)
    list.append(numbers: family.numbered.map(Int64.init))
    list.append(family.spec.isTemplate)
    SpecCodec.write(family.spec, to: &list)
  }

  private static func write(_ parameters: Parameters?, to list: inout JSONArrayWriter) {
    guard let parameters else { return list.appendNull() }
    list.array { list in
      switch parameters {
      case .range(let spans):
        list.append("range")
        for span in spans { list.append(numbers: [span.first, span.last, span.step]) }
      case .matrix(let axes):
        list.append("matrix")
        for axis in axes {
          list.array { list in
            list.append(axis.name)
            for value in axis.values { list.append(value) }
          }
        }
      case .rows(let columns, let values):
        list.append("rows")
        list.array { list in for column in columns { list.append(column) } }
        list.array { list in for value in values { list.append(value) } }
      }
    }
  }

  private static func write(_ edges: [FamilyEdge], to list: inout JSONArrayWriter) {
    if edges.isEmpty { return list.appendNull() }
    list.array { list in
      for edge in edges {
        list.array { list in
          list.append(edge.parent)
          for condition in edge.conditions {
            list.array { pair in
              pair.append(condition.parameter)
              switch condition.value {
              case .same(let place): pair.append(place)
              case .text(let text): pair.append(text)
              }
            }
          }
        }
      }
    }
  }

  // MARK: Reading

  struct Words {
    var labels: TextMap
    var resumes: JobNumber?
    var takenOver: [JobMaking.TakenOver]
    var families: [Family]
  }

  static func read(_ list: inout RecordReader) throws(RecordError) -> Words {
    let labels = try readTexts(&list)
    let resumes = try list.numberOrNone().map { JobNumber(UInt64(clamping: $0)) }
    var takenOver: [JobMaking.TakenOver] = []
    if var runs = try list.listOrNone() {
      while !runs.isAtEnd {
        var run = try runs.list()
        takenOver.append(
          JobMaking.TakenOver(
            member: try run.number(UInt32.self), from: try run.number(UInt32.self), count: try run.number(UInt32.self)))
      }
    }
    var families: [Family] = []
    var elements = try list.list()
    var next: UInt32 = 1
    while !elements.isAtEnd {
      var element = try elements.list()
      let family = try family(&element, from: next)
      next = family.members.upperBound
      families.append(family)
    }
    return Words(labels: labels, resumes: resumes, takenOver: takenOver, families: families)
  }

  private static func readTexts(_ list: inout RecordReader) throws(RecordError) -> TextMap {
    guard try list.hasValue() else { return TextMap() }
    guard let texts = try list.node().textMap else { throw RecordError("labels that are no object of strings") }
    return texts
  }

  private static func family(_ list: inout RecordReader, from first: UInt32) throws(RecordError) -> Family {
    let name = try list.textOrNone()
    let count = Int(try list.number(UInt32.self))
    let parameters = try parameters(&list)
    // A file's words are never trusted with memory or with places.
    guard (1...Int(JobPlace.maxMembers)).contains(count), Int(first) + count - 1 <= Int(JobPlace.maxMembers),
      parameters.map({ $0.count == count }) ?? (count == 1)
    else { throw RecordError("a family of \(count) members that its parameters don't make") }
    let (isHeld, wantsAvailable) = (try list.flag(), try list.flag())
    let after = try edges(&list)
    let numbered = try list.numbers().map { UInt32(clamping: $0) }
    let isTemplate = try list.flag()
    let spec = try SpecCodec.read(&list)
    return Family(
      name: name, firstMember: first, count: count, parameters: parameters,
      spec: isTemplate ? TaskSpec(owner: spec.owner, fields: spec.fields, isTemplate: true) : spec, isHeld: isHeld,
      wantsAvailable: wantsAvailable, after: after, numbered: numbered)
  }

  private static func parameters(_ list: inout RecordReader) throws(RecordError) -> Parameters? {
    guard var parts = try list.listOrNone() else { return nil }
    switch try parts.text() {
    case "range":
      var spans: [IndexSpan] = []
      while !parts.isAtEnd {
        var numbers = try parts.list()
        let (first, last, step) = (try numbers.number(), try numbers.number(), try numbers.number())
        guard let span = IndexSpan(first: first, last: last, step: step) else {
          throw RecordError("a range from \(first) to \(last) by \(step)")
        }
        spans.append(span)
      }
      return .range(spans)
    case "matrix":
      var axes: [ParameterAxis] = []
      while !parts.isAtEnd {
        var texts = try parts.list()
        let name = try texts.text()
        axes.append(ParameterAxis(name: name, values: try readTexts(of: &texts)))
      }
      return .matrix(axes)
    case "rows":
      var (columns, values) = (try parts.list(), try parts.list())
      return .rows(columns: try readTexts(of: &columns), values: try readTexts(of: &values))
    case let other: throw RecordError("there are no parameters that are called \(other)")
    }
  }

  private static func readTexts(of list: inout RecordReader) throws(RecordError) -> [String] {
    var texts: [String] = []
    while !list.isAtEnd { texts.append(try list.text()) }
    return texts
  }

  private static func edges(_ list: inout RecordReader) throws(RecordError) -> [FamilyEdge] {
    guard var elements = try list.listOrNone() else { return [] }
    var edges: [FamilyEdge] = []
    while !elements.isAtEnd {
      var element = try elements.list()
      var edge = FamilyEdge(parent: Int(try element.number(UInt32.self)))
      while !element.isAtEnd {
        var pair = try element.list()
        let parameter = Int(try pair.number(UInt32.self))
        let value: FamilyEdge.Value =
          pair.kind == .string ? .text(try pair.text()) : .same(as: Int(try pair.number(UInt32.self)))
        edge.conditions.append(.init(parameter: parameter, value: value))
      }
      edges.append(edge)
    }
    return edges
  }
}
