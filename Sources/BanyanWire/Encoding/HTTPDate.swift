/// Dates as HTTP writes them (RFC 9110, section 5.6.7, the preferred form of RFC 1123): `Tue, 02 Apr 2013 10:29:13
/// GMT`. The calendar is ``WireDate``'s; here its parts change places.
public enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"].map { Array($0.utf8) }
  private static let months =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map { Array($0.utf8) }
  private static let length = 29

  /// The text of a date in milliseconds since 1970, cut to the second. One outside the years 0 to 9999 becomes the
  /// nearest inside.
  public static func text(_ milliseconds: Int64) -> String {
    var iso: [UInt8] = []
    iso.reserveCapacity(24)
    let date = min(max(milliseconds, WireDate.earliest), WireDate.latest)
    WireDate.append(date, to: &iso)
    // 1970 began on a Thursday.
    let day = Int((date - Self.rest(date, 86_400_000)) / 86_400_000 % 7 + 7) % 7
    let month = Int(iso[5] - 0x30) * 10 + Int(iso[6] - 0x30) - 1
    return String(unsafeUninitializedCapacity: length) { text in
      var place = 0
      func put(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
          text[place] = byte
          place += 1
        }
      }
      put(days[day])
      put(", ".utf8)
      put(iso[8..<10])
      put(" ".utf8)
      put(months[month])
      put(" ".utf8)
      put(iso[0..<4])
      put(" ".utf8)
      put(iso[11..<19])
      put(" GMT".utf8)
      return place
    }
  }

  /// Milliseconds since 1970; nil for another form or a day that no calendar has. The name of the day must be one,
  /// whether it is that date's is not asked.
  public static func milliseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == length, days.contains(Array(bytes[0..<3])), bytes[3..<5].elementsEqual(", ".utf8),
      let month = months.firstIndex(of: Array(bytes[8..<11])), bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20,
      bytes[25...].elementsEqual(" GMT".utf8)
    else { return nil }
    var iso: [UInt8] = []
    iso += bytes[12..<16]
    iso += Array("-".utf8) + [0x30 + UInt8((month + 1) / 10), 0x30 + UInt8((month + 1) % 10)] + Array("-".utf8)
    iso += bytes[5..<7]
    iso += Array("T".utf8) + bytes[17..<25] + Array("Z".utf8)
    return iso.withUnsafeBufferPointer { WireDate.milliseconds($0) }
  }

  /// What is left of a division that rounds down.
  private static func rest(_ number: Int64, _ divisor: Int64) -> Int64 {
    let rest = number % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
