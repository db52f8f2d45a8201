import BanyanJSON

extension JSONNode {
  /// An integer, however it is written: 5, or 5.0; nil for anything else.
  var wholeNumber: Int64? { integer ?? double.flatMap(Int64.init(exactly:)) }
}
