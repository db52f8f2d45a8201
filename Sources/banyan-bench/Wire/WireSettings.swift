/// How the figures of the wire are measured, as the flags of its command say.
struct WireSettings {
  /// How often each figure is measured.
  var runs: Int
  /// Seconds that one measurement of a rate takes.
  var seconds: Double
  /// Seconds for which workers are idle.
  var idleSeconds: Double
  /// Tasks that a filter goes through.
  var tasks: Int
  /// always, interval or none, as of banyan server.
  var durability: String
  /// The banyan command; nil: the one beside this program.
  var server: String?
}
