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

  /// The token of an attempt: `CLAIM-EPOCH-MAC`, the MAC in base64 for URLs.
  func token(task: TaskID, claimNumber: UInt32, epoch: UInt32) -> String {
    "\(claimNumber)-\(epoch)-\(Base64.text(of: Array(mac(task, claimNumber, epoch)), .url))"
  }

  /// What a token that came for a task proves. The comparison takes the same time wherever they differ.
  func verify(_ token: String, task: TaskID) -> AttemptProof {
    guard !token.isEmpty else { return .none }
    let parts = token.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let claimNumber = Self.number(parts[0]), let epoch = Self.number(parts[1]),
      let given = Base64.bytes(of: parts[2], .url), mac(task, claimNumber, epoch) == given
    else { return .forged }
    return .genuine(claimNumber: claimNumber, epoch: epoch)
  }

  /// A token has one spelling: digits without a sign and without zeros before them.
  private static func number(_ text: Substring) -> UInt32? {
    guard let number = UInt32(text), text == String(number) else { return nil }
    return number
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
