import BanyanCore

/// What is wrong with one item of a message's list. The others are taken: a worker that tells of many attempts loses none
/// for the sake of one.
public struct ItemFault: Error, Sendable, Hashable {
  /// Its place in the list.
  public var place: Int
  /// The task that it is about; nil: that can't be read either.
  public var task: TaskID?
  /// What is wrong, by the path in the message.
  public var error: MessageError
}
