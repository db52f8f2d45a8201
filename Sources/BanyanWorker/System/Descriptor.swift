import Glibc

/// An open descriptor and its one owner: nobody else remembers the number, which is another's as soon as it is closed.
///
/// It is closed once, when it is let go of or when its owner is.
final class Descriptor {
  /// The number; -1 once it was let go of.
  private(set) var number: Int32

  /// Takes over an open descriptor.
  init(owning number: Int32) { self.number = number }

  deinit { close() }

  /// Lets go of it. Again: does nothing.
  func close() {
    guard number >= 0 else { return }
    Glibc.close(number)
    number = -1
  }
}
