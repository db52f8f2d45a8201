import BanyanCore
import Crypto

/// Makes and checks the fencing tokens of attempts: claim number, epoch and an HMAC-SHA256 over them and the task,
/// under a key that lies in the data folder. A token is computed and never stored; which attempt is live is the
/// core's to judge.
struct AttemptTokenMint: Sendable {
  private let key: SymmetricKey

  /// - Parameter key: 32 random bytes.
  init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

  /// The token of an attempt: `CLAIM-EPOCH-MAC`, the MAC in base64 for URLs.
  func token(task: TaskID, claimNumber: UInt32, epoch: UInt32) -> String {
    let mac = HMAC<SHA256>.authenticationCode(for: Self.text(task, claimNumber, epoch), using: key)
    return "\(claimNumber)-\(epoch)-\(Base64.encode(mac, .url))"
  }

  /// What a token that came for a task proves. The comparison takes the same time whatever is wrong.
  func verify(_ token: String, task: TaskID) -> AttemptProof {
    guard !token.isEmpty else { return .none }
    let parts = token.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let claimNumber = UInt32(parts[0]), let epoch = UInt32(parts[1]),
      let mac = Base64.decode(parts[2], .url),
      HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: Self.text(task, claimNumber, epoch), using: key)
    else { return .forged }
    return .genuine(claimNumber: claimNumber, epoch: epoch)
  }

  private static func text(_ task: TaskID, _ claimNumber: UInt32, _ epoch: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    func append<Number: FixedWidthInteger>(_ number: Number) {
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    append(task.seconds)
    append(task.rest)
    append(claimNumber)
    append(epoch)
    return bytes
  }
}
