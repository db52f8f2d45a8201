import BanyanClient
import BanyanJSON

/// What can be followed to its end by a ``Watcher``: how the server is asked to tell of it, and how it is looked at.
protocol Watchable: Sendable {
  associatedtype Key: Hashable & Comparable & Sendable
  associatedtype View: Sendable

  /// The member of `subscribe` and of events that names them.
  var member: String { get }
  /// As many are looked at by one request.
  var batch: Int { get }
  /// Between two looks, whatever happens.
  var pause: Duration { get }

  /// A key as the server is asked for it.
  func word(of key: Key) -> JSON
  /// Which one an event is about; nil: none that it names.
  func key(of event: JSON) -> Key?
  /// How they stand now: one that is not in the answer is not known to the server. Throws where there is none.
  func look(at keys: [Key], through client: ProviderClient) async throws -> [Key: View]
  /// Whether there is anything new to tell.
  func isChanged(_ old: View, _ new: View) -> Bool
  func isEnded(_ view: View) -> Bool
}
