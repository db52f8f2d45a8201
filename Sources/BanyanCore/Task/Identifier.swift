/// A 12-byte identifier: 4 bytes of seconds since 1970, 5 random bytes of the process that made it, and a
/// 3-byte counter. It is written as 24 hex digits and sorts by the second of its creation.
///
/// Tasks, attempts' records, workers and users all carry one; the type of the thing is told by where it stands.
public struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The second in which it was made, counted since 1970.
  public let seconds: UInt32
  // Two halves of `rest`: three numbers of four bytes take 12 bytes, where one of eight would make them 16.
  private let high: UInt32
  private let low: UInt32

  /// 5 random bytes, then the 3-byte counter.
  public var rest: UInt64 { UInt64(high) << 32 | UInt64(low) }

  /// An identifier of its two halves.
  public init(seconds: UInt32, rest: UInt64) {
    self.seconds = seconds
    high = UInt32(truncatingIfNeeded: rest >> 32)
    low = UInt32(truncatingIfNeeded: rest)
  }

  /// One number of all its bytes: two identifiers of one second differ in the part that it keeps whole.
  public func hash(into hasher: inout Hasher) { hasher.combine(rest ^ UInt64(seconds) << 24) }

  /// Reads 24 hex digits, of either case; nil for anything else.
  public init?(_ text: some StringProtocol) {
    var text = String(text)
    guard let id = text.withUTF8({ Identifier(digits: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }

  /// Reads 24 hex digits, of either case, as bytes of ASCII; nil for anything else.
  public init?(digits bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 24 else { return nil }
    var value: (high: UInt32, low: UInt64) = (0, 0)
    for place in 0..<24 {
      let byte = bytes[place]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      if place < 8 {
        value.high = value.high << 4 | UInt32(digit)
      } else {
        value.low = value.low << 4 | UInt64(digit)
      }
    }
    self.init(seconds: value.high, rest: value.low)
  }

  /// How many digits it is written as.
  public static let length = 24

  /// 24 lower-case hex digits.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.length) { write(to: $0) }
  }

  /// Writes the 24 digits to the beginning of `text`, which has room for them, and tells how many they are.
  public func write(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    for (part, number) in [seconds, high, low].enumerated() {
      for place in 0..<8 {
        let digit = UInt8(truncatingIfNeeded: number >> UInt32(28 - 4 * place)) & 0xF
        text[8 * part + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
    }
    return Self.length
  }

  /// The identifier that stands so far behind this one in a row of them.
  public func advanced(by distance: Int) -> Identifier {
    Identifier(seconds: seconds, rest: rest &+ UInt64(truncatingIfNeeded: distance))
  }

  /// The moment of creation, milliseconds since 1970, a whole second.
  public var created: Int64 { Int64(seconds) * 1000 }

  /// The millisecond within the second of creation that a time tells; 0 if it is of another second.
  func millisecond(of time: Int64) -> UInt16 {
    let (past, overflow) = time.subtractingReportingOverflow(created)
    return overflow || !(0..<1000).contains(past) ? 0 : UInt16(past)
  }

  /// By second of creation, then by the other bytes.
  public static func < (left: Identifier, right: Identifier) -> Bool {
    (left.seconds, left.rest) < (right.seconds, right.rest)
  }

  /// True for a text of 24 hex digits, which no task may have as its name.
  public static func looksLikeOne(_ text: String) -> Bool { Identifier(text) != nil }
}

/// The identifier of a task.
public typealias TaskID = Identifier
/// The identifier of a registered worker.
public typealias WorkerID = Identifier
/// The identifier of a user.
public typealias UserID = Identifier
/// The identifier of an attempt's record (its execution data).
public typealias RecordID = Identifier
