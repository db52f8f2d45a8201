import BanyanCore
import BanyanJSON

extension JSONNode {
  /// The identifiers in a list of texts, or the one that this is; what is none is passed over. For who may do a thing is
  /// asked before it is looked at whether all of the body can be read.
  public var identifiers: [Identifier] {
    if isArray { return elements.prefix(TaskDocument.maxEdges).flatMap(\.identifiers) }
    return string.flatMap { Identifier($0) }.map { [$0] } ?? []
  }

  /// Those under a key of each object in a list, or of this object.
  public func identifiers(under key: StaticString) -> [Identifier] {
    if isArray { return elements.prefix(TaskDocument.maxEdges).flatMap { $0.identifiers(under: key) } }
    return self[key]?.identifiers ?? []
  }
}
