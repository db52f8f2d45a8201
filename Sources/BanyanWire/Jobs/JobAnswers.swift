import BanyanCore
import BanyanJSON

/// What REST answers to writes of jobs.
public enum JobAnswers {
  /// So many copies of a retry are named; all of them are listed by `/jobs/N/tasks`.
  public static let maxCopies = 1000

  /// `{"_status": "OK", "number", "task_count", "taken_over", "remarks"?}`
  public static func made(_ receipt: JobReceipt, remarks: [String]) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.set("number", Int64(clamping: receipt.number.value))
      body.set("task_count", receipt.taskCount)
      body.set("taken_over", receipt.takenOver)
      if !remarks.isEmpty {
        body.array("remarks") { list in
          for remark in remarks { list.append(remark) }
        }
      }
    }
  }

  /// `{"_status": "OK", "number", "changed", "cancelled", "told_to_stop", "unchanged", "others"}`
  public static func changed(_ job: JobNumber, _ counts: JobChangeCounts) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.set("number", Int64(clamping: job.value))
      body.set("changed", counts.changed)
      body.set("cancelled", counts.cancelled)
      body.set("told_to_stop", counts.toldToStop)
      body.set("unchanged", counts.unchanged)
      body.set("others", counts.others)
    }
  }

  /// `{"_status": "OK", "number", "task_count", "_items": [{"_id", "copy_of"}, ...]}`: of many copies the first.
  public static func retried(_ job: JobNumber, _ copies: [(copy: TaskID, of: TaskID)]) -> [UInt8] {
    JSONText.object { body in
      body.set("_status", "OK")
      body.set("number", Int64(clamping: job.value))
      body.set("task_count", copies.count)
      RetryDocument.write(Array(copies.prefix(maxCopies)), to: &body)
    }
  }
}
