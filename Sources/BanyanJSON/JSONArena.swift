internal import CJSONArena
internal import CJansson

/// The memory of one text, see `json_arena`. It is freed with its owner, and the tree in it with it: nobody may hold a
/// reference of jansson's to a part of it for longer.
struct JSONArena: ~Copyable {
  private var arena = json_arena()

  init() { Self.setUp }

  deinit {
    var arena = arena
    json_arena_free(&arena)
  }

  /// Has jansson allocate in arenas, once in the life of the process.
  private static let setUp: Void = json_arena_set_up()

  /// Parses a text; nil, with the error, if it is none.
  mutating func parse(
    _ text: UnsafePointer<CChar>, count: Int, flags: Int, _ error: inout json_error_t
  ) -> UnsafeMutablePointer<json_t>? {
    json_arena_parse(&arena, text, count, flags, &error)
  }

  /// Whatever `body` makes of jansson's lies here, and is gone when it is done: it has to be written out by then.
  static func lend<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
    var arena = JSONArena()
    try withUnsafeMutablePointer(to: &arena.arena) { pointer throws(Failure) in
      let outer = json_arena_enter(pointer)
      defer { json_arena_leave(outer) }
      try body()
    }
  }
}
