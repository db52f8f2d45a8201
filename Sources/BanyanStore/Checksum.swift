import CChecksum

/// CRC-32C (Castagnoli), as in iSCSI (RFC 3720, appendix B.4): it finds every burst of up to 32 bits and every
/// error of up to 5 bits within a few kilobytes.
///
/// Most processors have an instruction for it; on others it goes eight bytes a step with eight tables, after Kounavis
/// and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators" (Intel, 2005).
public struct CRC32C: Sendable {
  /// The polynomial 0x1EDC6F41 with its bits reversed.
  private static let polynomial: UInt32 = 0x82F6_3B78

  /// `tables[k * 256 + byte]` is the CRC of `byte` followed by `k` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
    }
    return tables
  }()

  /// This processor has an instruction for it.
  static let hasInstruction = banyan_has_crc32c() == 1

  private var state: UInt32 = ~0
  private let usesInstruction: Bool

  /// The checksum of nothing yet.
  public init() { self.init(usesInstruction: Self.hasInstruction) }

  /// - Parameter usesInstruction: false: by tables, also where there is an instruction.
  init(usesInstruction: Bool) { self.usesInstruction = usesInstruction && Self.hasInstruction }

  /// The checksum of what was added.
  public var value: UInt32 { ~state }

  /// Adds bytes, behind those that were added before.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard usesInstruction else { return addByTables(bytes) }
    state = banyan_crc32c(state, bytes.baseAddress, bytes.count)
  }

  private mutating func addByTables(_ bytes: UnsafeRawBufferPointer) {
    state = Self.tables.withUnsafeBufferPointer { tables in
      var crc = state
      var position = 0
      while position + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(crc)
        crc =
          tables[7 * 256 + Int(word & 0xFF)]
          ^ tables[6 * 256 + Int(word >> 8 & 0xFF)]
          ^ tables[5 * 256 + Int(word >> 16 & 0xFF)]
          ^ tables[4 * 256 + Int(word >> 24 & 0xFF)]
          ^ tables[3 * 256 + Int(word >> 32 & 0xFF)]
          ^ tables[2 * 256 + Int(word >> 40 & 0xFF)]
          ^ tables[1 * 256 + Int(word >> 48 & 0xFF)]
          ^ tables[Int(word >> 56)]
        position += 8
      }
      while position < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
        position += 1
      }
      return crc
    }
  }

  /// The checksum of some bytes.
  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32C()
    checksum.add(bytes)
    return checksum.value
  }
}
