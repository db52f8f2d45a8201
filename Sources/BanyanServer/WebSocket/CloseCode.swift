/// The close codes of RFC 6455, section 7.4, that this server sends.
enum CloseCode {
  static let goingAway: UInt16 = 1001
  static let protocolError: UInt16 = 1002
  static let unacceptableData: UInt16 = 1003
  static let invalidText: UInt16 = 1007
  static let policyViolation: UInt16 = 1008
  static let messageTooBig: UInt16 = 1009

  /// The codes that may stand in a close frame: 1004 to 1006 and 1015 are for use inside a program alone, 1000 to 2999
  /// belong to the protocol, 3000 to 4999 to everybody.
  static func mayBeSent(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}

/// What the other side did that ends the connection, and the close code that says so.
struct FrameViolation: Error, Equatable {
  let code: UInt16
  let reason: String
}
