import Collections
import Dispatch
import Synchronization

import Glibc

/// Decodes blocks of a snapshot on the other cores while their order is kept: what is decoded comes out as it went in.
struct RecordDecoding {
  private final class Job: Sendable {
    let isDone = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<[SnapshotRecord], StoreError>>(.success([]))
  }

  private let workers = DispatchQueue(label: "banyan.recovery", qos: .userInitiated, attributes: .concurrent)
  private var jobs: Deque<Job> = []
  /// Enough that no core waits for the reader, few enough that memory stays flat.
  private let maxJobs = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 2

  /// More was put in than is decoded at once: take one out.
  var isFull: Bool { jobs.count >= maxJobs }

  var isEmpty: Bool { jobs.isEmpty }

  mutating func put(_ block: SnapshotBlock) {
    let job = Job()
    jobs.append(job)
    workers.async {
      let outcome = Result { () throws(StoreError) in try Self.records(of: block) }
      job.outcome.withLock { $0 = outcome }
      job.isDone.signal()
    }
  }

  /// The records of the block that was put in first; waits for them.
  mutating func nextRecords() throws(StoreError) -> [SnapshotRecord] {
    guard let job = jobs.popFirst() else { return [] }
    job.isDone.wait()
    return try job.outcome.withLock { $0 }.get()
  }

  private static func records(of block: SnapshotBlock) throws(StoreError) -> [SnapshotRecord] {
    var records: [SnapshotRecord] = []
    try block.forEachLine { line, number throws(StoreError) in
      do throws(RecordError) {
        records.append(try SnapshotCodec.read(line))
      } catch {
        throw StoreError(.damaged, "line \(number) makes no sense: \(error)")
      }
    }
    return records
  }
}
