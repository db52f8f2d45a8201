import BanyanCore
import Testing

@testable import BanyanServer

@Suite struct AttemptTokenMintTests {
  let mint = AttemptTokenMint(key: [UInt8](repeating: 7, count: 32))
  let task = TaskID(seconds: 5, rest: 6)

  @Test func `A token tells its claim and epoch, for its own task alone`() {
    for (claim, epoch) in [(0, 0), (1, 1), (10, 203), (UInt32.max, UInt32.max)] as [(UInt32, UInt32)] {
      let token = mint.token(task: task, claimNumber: claim, epoch: epoch)
      #expect(token.hasPrefix("\(claim)-\(epoch)-"))
      #expect(mint.verify(token, task: task) == .genuine(claimNumber: claim, epoch: epoch))
      #expect(mint.verify(token, task: TaskID(seconds: 5, rest: 7)) == .forged)
      #expect(mint.verify(token, task: TaskID(seconds: 6, rest: 6)) == .forged)
      #expect(AttemptTokenMint(key: [UInt8](repeating: 8, count: 32)).verify(token, task: task) == .forged)
    }
  }

  @Test func `A token that was changed anywhere is forged`() {
    let token = Array(mint.token(task: task, claimNumber: 12, epoch: 3).utf8)
    for index in token.indices {
      for byte in [UInt8(ascii: "0"), UInt8(ascii: "A"), UInt8(ascii: "-"), UInt8(ascii: "_")]
      where byte != token[index] {
        var changed = token
        changed[index] = byte
        #expect(mint.verify(String(decoding: changed, as: UTF8.self), task: task) == .forged)
      }
      if index > 0 { #expect(mint.verify(String(decoding: token[..<index], as: UTF8.self), task: task) == .forged) }
    }
    #expect(mint.verify("", task: task) == .none)
    for text in ["-", "--", "1-2", "1-2-", "01-2-x", "+1-2-x", "4294967296-1-x", "-1-2-x"] {
      #expect(mint.verify(text, task: task) == .forged, "\(text)")
    }
  }
}
