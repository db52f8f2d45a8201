import BanyanCore
import BanyanWire
import Crypto
import Foundation

/// Makes and checks the fencing tokens of attempts: claim number, epoch and an HMAC-SHA256 over them and the task,
/// under a key that lies in the data folder. A token is computed and never stored; which attempt is live is the
/// core's to judge.
struct AttemptTokenMint: Sendable {
  /// The MAC with the key taken in and nothing else; a copy goes on from there, which saves half of the work.
  private let keyed: HMAC<SHA256>

  /// - Parameter key: 32 random bytes.
  init(key: [UInt8]) { keyed = HMAC(key: SymmetricKey(data: key)) }

  /// The most bytes that a token takes.
  static let maxBytes = ClaimedMessage.maxTokenBytes

  /// The token of an attempt: `CLAIM-EPOCH-MAC`, the MAC in base64 for URLs.
  func token(task: TaskID, claimNumber: UInt32, epoch: UInt32) -> String {
    String(unsafeUninitializedCapacity: Self.maxBytes) { write(task, claimNumber, epoch, to: $0) }
  }

  /// Writes a token to the beginning of `text`, which has room for it, and tells how long it is.
  func write(
    _ task: TaskID, _ claimNumber: UInt32, _ epoch: UInt32, to text: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var place = 0
    for number in [claimNumber, epoch] {
      for digit in String(number).utf8 {
        text[place] = digit
        place += 1
      }
      text[place] = UInt8(ascii: "-")
      place += 1
    }
    let rest = UnsafeMutableBufferPointer(rebasing: text[place...])
    return place + mac(task, claimNumber, epoch).withUnsafeBytes { Base64.write($0, .url, to: rest) }
  }

  /// What a token that came for a task proves. A token has one spelling: it is compared with the one that would have been
  /// issued, byte by byte, which takes the same time wherever they differ.
  func verify(_ token: String, task: TaskID) -> AttemptProof {
    guard !token.isEmpty else { return .none }
    var token = token
    return token.withUTF8 { given in
      let parts = given.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let claimNumber = Self.number(parts[0]), let epoch = Self.number(parts[1]) else {
        return .forged
      }
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxBytes) { issued in
        let count = write(task, claimNumber, epoch, to: issued)
        guard count == given.count else { return .forged }
        let difference = zip(issued, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? .genuine(claimNumber: claimNumber, epoch: epoch) : .forged
      }
    }
  }

  /// Digits alone; whether they are written as we do is seen by the comparison.
  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
    guard digits.count <= 10 else { return nil }
    var number: UInt64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return UInt32(exactly: number)
  }

  private func mac(_ task: TaskID, _ claimNumber: UInt32, _ epoch: UInt32) -> HashedAuthenticationCode<SHA256> {
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 8) { bytes in
      bytes.storeBytes(of: task.seconds.bigEndian, toByteOffset: 0, as: UInt32.self)
      bytes.storeBytes(of: task.rest.bigEndian, toByteOffset: 4, as: UInt64.self)
      bytes.storeBytes(of: claimNumber.bigEndian, toByteOffset: 12, as: UInt32.self)
      bytes.storeBytes(of: epoch.bigEndian, toByteOffset: 16, as: UInt32.self)
      var code = keyed
      code.update(data: UnsafeRawBufferPointer(bytes))
      return code.finalize()
    }
  }
}
