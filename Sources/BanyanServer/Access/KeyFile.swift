import BanyanStore
import BanyanWire
import Crypto

/// The key of the attempts' tokens: 32 bytes in the data folder, readable by its owner alone, made at the first start.
enum KeyFile {
  static let length = 32

  /// What tells this data folder from every other one, and gives nothing of the key away.
  static func identity(of key: [UInt8]) -> String {
    Hex.text(of: SHA256.hash(data: Array("banyan data folder".utf8) + key).prefix(16))
  }

  /// - Parameters:
  ///   - folder: the data folder, which exists.
  ///   - notice: takes what its operator should know.
  static func key(
    in folder: String, files: any FileSystem = LocalFileSystem(), notice: (String) -> Void = { _ in }
  ) throws(StoreError) -> [UInt8] {
    let file = PrivateFile("\(folder)/token.key", files: files)
    if let key = try file.read(atMost: length + 1) {
      guard key.count == length else {
        throw StoreError(
          .damaged,
          "\(file.path) holds \(key.count) bytes; a key has \(length). Without it no running attempt can be reported.")
      }
      if let words = try file.makePrivate() { notice(words) }
      return key
    }
    var system = SystemRandomNumberGenerator()
    let key = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &system) }
    try file.write(key)
    return key
  }
}
