@testable import BanyanStore
import Testing

@Suite struct ChecksumTests {
  /// From RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
      (Array((0..<32).reversed()), 0x113F_DB5C), ([], 0),
    ] as [([UInt8], UInt32)])
  func knownValues(bytes: [UInt8], checksum: UInt32) {
    #expect(bytes.withUnsafeBytes(CRC32C.of) == checksum)
    var byTables = CRC32C(usesInstruction: false)
    bytes.withUnsafeBytes { byTables.add($0) }
    #expect(byTables.value == checksum)
  }

  @Test func piecesMakeTheSameAsTheWhole() {
    var random = SeededRandom(seed: 3)
    let bytes = (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
    for cut in 0...100 {
      var checksum = CRC32C()
      bytes[..<cut].withUnsafeBytes { checksum.add($0) }
      bytes[cut...].withUnsafeBytes { checksum.add($0) }
      #expect(checksum.value == bytes.withUnsafeBytes(CRC32C.of))
    }
  }

  /// Both ways to it come to the same, for every length around a word and from every address.
  @Test func theInstructionAndTheTablesAgree() {
    var random = SeededRandom(seed: 7)
    let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
    for start in 0..<9 {
      for end in start...bytes.count {
        var byTables = CRC32C(usesInstruction: false)
        bytes[start..<end].withUnsafeBytes { byTables.add($0) }
        #expect(bytes[start..<end].withUnsafeBytes(CRC32C.of) == byTables.value)
      }
    }
  }
}
