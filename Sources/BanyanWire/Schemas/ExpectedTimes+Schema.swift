import BanyanJSON

extension ExpectedTimes {
  /// A moment that is not known exactly. Without `latest`: nobody knows how late it may get.
  public static var schema: JSON {
    Schema.object(
      [("earliest", Schema.date), ("likely", Schema.date), ("latest", Schema.date)], required: ["earliest", "likely"])
  }
}

extension ExpectedTask {
  static var waitsForSchema: JSON {
    let thing = Schema.object([("_id", Schema.identifier), ("name", Schema.text)])
    return Schema.object(
      [
        ("what", Schema.word(["parent", "delay", "array_limit", "room", "worker"])), ("task", thing), ("worker", thing),
      ], required: ["what"])
  }
}
