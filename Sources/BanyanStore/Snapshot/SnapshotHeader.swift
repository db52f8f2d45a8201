import BanyanJSON

/// The first line of a snapshot.
///
/// ```
/// {"banyan":"snapshot","format":4,"sequence":4711,"epoch":3,"time":1764000000000,"next_turn":88,"next_job":12,"columns":{"task":[...]}}
/// ["task","65a...",...]
/// ["worker",...]
/// {"end":true,"lines":2,"crc32c":"89abcdef"}
/// ```
///
/// Each line is JSON by itself. Those in between are records: lists that begin with the record's kind; what the other
/// elements are, the header's `columns` say. The last line counts the records and holds the CRC-32C (eight hex digits)
/// of all bytes before it: a file without it was cut.
public struct SnapshotHeader: Sendable, Hashable {
  /// The newest format that this program reads, and the one that it writes.
  public static let format: Int64 = 4

  /// The sequence of the last event that is in the state.
  public var sequence: UInt64
  /// The start of the server in which it was taken.
  public var epoch: UInt32
  /// The server's clock at that event, milliseconds since 1970.
  public var time: Int64
  /// The turn that the next waiting task gets.
  public var nextTurn: UInt64
  /// The number that the next job gets; 1 before format 4, which knew no jobs.
  public var nextJob: UInt64
  /// By kind of record: the names of the elements behind the kind, in order.
  public var columns: JSONObject
  /// The format that it was written in.
  public private(set) var writtenFormat = Self.format

  /// The header of a snapshot in the format that this program writes.
  public init(
    sequence: UInt64, epoch: UInt32, time: Int64, nextTurn: UInt64, nextJob: UInt64 = 1, columns: JSONObject
  ) {
    self.sequence = sequence
    self.epoch = epoch
    self.time = time
    self.nextTurn = nextTurn
    self.nextJob = nextJob
    self.columns = columns
  }

  /// The line, without its end.
  func write(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { line in
      line.set("banyan", "snapshot")
      line.set("format", Self.format)
      line.set("sequence", Int64(clamping: sequence))
      line.set("epoch", epoch)
      line.set("time", time)
      line.set("next_turn", Int64(clamping: nextTurn))
      line.set("next_job", Int64(clamping: nextJob))
      line.set("columns", JSON.object(columns))
    }
  }

  /// Reads the first line of the snapshot at `path`.
  init(line: UnsafeRawBufferPointer, path: String) throws(StoreError) {
    let damaged = "\(path) does not begin as a snapshot does (byte 0)"
    let root: JSONNode
    do {
      root = try JSONDocument(parsing: line).root
    } catch {
      throw StoreError(.damaged, "\(damaged): \(error)")
    }
    guard root["banyan"]?.isString("snapshot") == true, let format = root["format"]?.integer else {
      throw StoreError(.damaged, damaged)
    }
    guard format <= Self.format else {
      throw StoreError(
        .newerFormat, "\(path) has format \(format); this program reads up to \(Self.format): use a newer banyan")
    }
    guard let sequence = root["sequence"]?.integer.flatMap(UInt64.init(exactly:)),
      let epoch = root["epoch"]?.integer.flatMap(UInt32.init(exactly:)), let time = root["time"]?.integer,
      let nextTurn = root["next_turn"]?.integer.flatMap(UInt64.init(exactly:)),
      let columns = root["columns"]?.value.object
    else {
      throw StoreError(.damaged, "\(damaged): sequence, epoch, time, next_turn or columns is missing")
    }
    guard let nextJob = UInt64(exactly: root["next_job"]?.integer ?? 1) else {
      throw StoreError(.damaged, "\(damaged): next_job is negative")
    }
    self.init(
      sequence: sequence, epoch: epoch, time: time, nextTurn: nextTurn, nextJob: nextJob, columns: columns)
    writtenFormat = format
  }
}

/// A snapshot as it lies in a store.
public struct SnapshotDescription: Sendable, Hashable {
  /// The path of the snapshot's file.
  public let path: String
  /// What its first line says of it.
  public let header: SnapshotHeader
  /// Its length in bytes.
  public let size: Int
}
