/// A line of a journal or a snapshot that is sound as bytes and makes no sense as a record.
struct RecordError: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// The error of something that holds the place where this one was found.
  func at(_ place: String) -> RecordError { RecordError("\(place): \(description)") }
}
