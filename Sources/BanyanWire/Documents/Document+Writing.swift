import BanyanJSON

extension Document {
  /// Sets the members of an object that is being written.
  public func write(to object: inout JSONObjectWriter, _ options: DocumentOptions = DocumentOptions()) {
    FieldValue.write(shown(options), to: &object, dates: options.dates)
  }

  /// The JSON text of what `options` lets be seen.
  public func encoded(_ options: DocumentOptions = DocumentOptions()) -> [UInt8] {
    JSONText.object { write(to: &$0, options) }
  }

  /// The same as a JSON value, for a document that becomes part of another.
  public func json(_ options: DocumentOptions = DocumentOptions()) -> JSON {
    FieldValue.object(shown(options)).json(dates: options.dates) ?? .null
  }

  private func shown(_ options: DocumentOptions) -> [FieldValue.Member] {
    guard let projection = options.projection else { return members }
    return members.filter { projection.shows($0.name) }
  }
}
