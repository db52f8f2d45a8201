import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

@Suite struct WhyDocumentTests {
  private static func task(
    _ name: String?, _ state: TaskState = .available, cause: String? = nil, number: UInt64 = 1
  ) -> TaskMention {
    TaskMention(id: TaskID(seconds: 1, rest: number), name: name, state: state, cause: cause)
  }

  private static func worker(_ name: String, _ aside: WorkerMention.Aside? = nil) -> WorkerMention {
    WorkerMention(id: WorkerID(seconds: 2, rest: 1), name: name, aside: aside)
  }

  private func sentence(_ reason: Why.Reason, _ task: TaskMention = task("t")) -> String {
    WhySentence.sentence(Why(task: task, reason: reason))
  }

  private static let cores = Shortage(resource: "cpu_cores", wanted: 4, free: 1, offered: 2)
  private static let memory = Shortage(resource: "cpu_memory_bytes", wanted: 8 << 30, free: 1 << 30, offered: 4 << 30)

  @Test(
    arguments: [
      (.parents([task("a", .running)], count: 1), "It waits for a (running)."),
      (
        .parents([task("a", .running), task(nil, .inactive), task("c"), task("d")], count: 7),
        "It waits for 7 tasks: a (running), 000000010000000000000001 (waiting) and 5 more."
      ),
      (.notBefore(0), "It is not to begin before 1970-01-01T00:00:00.000Z."),
      (
        .retryDelay(until: 0, attempts: 2),
        "Attempt 2 failed; the next one begins no earlier than 1970-01-01T00:00:00.000Z."
      ),
      (.arrayLimit("sweep", 1), "1 of its array sweep runs, which is the array's max_running."),
      (.noWorkerForQueue("gpu"), "No worker takes from its queue, gpu."),
      (
        .neverFits(worker("lab"), [cores, memory]),
        "No known worker could ever run it: the nearest, lab, has 2 cores of 4 and 4 GiB of memory of 8 GiB."
      ),
      (
        .workersAside([worker("lab", .paused(note: "disk"))], count: 1),
        "The one worker that could run it takes nothing: lab is paused (disk)."
      ),
      (
        .workersAside(
          [worker("a", .away), worker("b", .draining), worker("c", .quarantined("x")), worker("d", .away)], count: 5),
        "The 5 workers that could run it take nothing: a is away, b is draining and 3 more."
      ),
      (
        .busy(worker("lab"), [cores], before: 1),
        "It waits for room: the nearest worker, lab, has 1 core free of 4. 1 task is before it."
      ),
      (
        .reserved(worker("lab"), [cores], expected: nil),
        "It has waited long, and lab is kept free for it, which has 1 core free of 4."
      ),
      (
        .reserved(worker("lab"), [cores], expected: 0),
        "It has waited long, and lab is kept free for it, which has 1 core free of 4; "
          + "room is expected at 1970-01-01T00:00:00.000Z."
      ),
      (
        .reserved(worker("lab"), [], expected: nil),
        "It has waited long, and lab is kept free for it, which takes it with its next claim."
      ),
      (
        .nobodyHasIt([worker("lab", .gaveBack("no such folder: /x", until: 0))], count: 1, until: 0),
        "No known worker has what it needs: lab gave it back: no such folder: /x. "
          + "It is tried again from 1970-01-01T00:00:00.000Z, or when a worker starts anew; "
          + "make the folder there, or cancel the task and submit it with one that is there."
      ),
      (
        .workersAside([worker("a", .gaveBack("no such folder: /x", until: 0)), worker("b", .away)], count: 2),
        "The 2 workers that could run it take nothing: a gave it back: no such folder: /x and b is away."
      ),
      (
        .noTime(worker("lab"), needed: 3_600_000, left: 125_999),
        "It may take 1 h, and lab stays 2 min more."
      ),
      (.noTime(worker("lab"), needed: nil, left: 45_999), "It doesn't say how long it takes, and lab stays 45 s more."),
      (.noTime(worker("lab"), needed: 5_400_001, left: 0), "It may take 1 h 31 min, and lab stays 0 s more."),
      (
        .behindReservation(worker("lab"), task("big")),
        "lab has room and is kept free for big, which has waited longer; what ends in time may run there before."
      ),
      (.turn(before: 0), "It is next: a worker that has room takes it with its next claim."),
      (.turn(before: 3), "There is room for it, and it waits for its turn. 3 tasks are before it."),
      (.running(nil, since: 0), "It runs since 1970-01-01T00:00:00.000Z on a worker that is gone."),
      (
        .running(worker("lab", .away), since: 0),
        "It runs since 1970-01-01T00:00:00.000Z on lab, which is out of contact."
      ),
      (.succeeded, "It succeeded."),
    ] as [(Why.Reason, String)])
  func oneSentence(_ reason: Why.Reason, _ words: String) { #expect(sentence(reason) == words) }

  @Test func whoGaveItBackIsToldBesideTheReason() {
    let why = Why(
      task: Self.task("t"), reason: .turn(before: 0),
      passedOver: [Self.worker("lab", .gaveBack("no such folder: /x", until: 0))])
    #expect(WhySentence.short(why) == "next; lab gave it back: no such folder: /x")
    #expect(WhySentence.sentence(why).hasSuffix("next claim. lab gave it back: no such folder: /x."))
    #expect(
      WhyDocument.document(why).json()["passed_over"]?[0]?["takes_nothing"] == "gave it back: no such folder: /x")
  }

  @Test func howItEndedAndWhatWasFirst() {
    let failed = Self.task("fetch", .terminated, cause: "failure (exit 3)")
    #expect(sentence(.ended(above: [], count: 0), failed) == "It failed: failure (exit 3).")
    let asked = Self.task("t", .cancelled, cause: "cancelled by ann")
    #expect(sentence(.ended(above: [], count: 0), asked) == "It was cancelled by ann.")
    let below = Self.task("t", .cancelled, cause: "parent 000000010000000000000001 failed")
    #expect(
      sentence(.ended(above: [failed], count: 1), below) == "It was cancelled because fetch failed: failure (exit 3).")
    #expect(
      sentence(.ended(above: [below, asked], count: 5), below)
        == "It was cancelled because t, 5 tasks above it, was cancelled by ann.")
    #expect(
      sentence(.ended(above: [], count: 0), below)
        == "It was cancelled: parent 000000010000000000000001 failed.")
  }

  @Test func theDocumentHasAWordForProgramsAndWhatItIsAbout() {
    let why = Why(task: Self.task("t"), reason: .busy(Self.worker("lab"), [Self.cores], before: 2))
    #expect(
      WhyDocument.document(why).json() == [
        "_id": "000000010000000000000001", "name": "t", "state": "available", "reason": "resources",
        "sentence": "It waits for room: the nearest worker, lab, has 1 core free of 4. 2 tasks are before it.",
        "short": "lab has 1 core free of 4", "worker": ["_id": "000000020000000000000001", "name": "lab"],
        "lacks": [["resource": "cpu_cores", "wanted": 4, "free": 1, "offered": 2]], "before": 2,
      ])
    let aside = Why(task: Self.task(nil), reason: .workersAside([Self.worker("lab", .away)], count: 1))
    let document = WhyDocument.document(aside).json()
    #expect(document["workers"]?[0]?["takes_nothing"] == "away" && document["worker_count"] == 1)
    let ended = Why(
      task: Self.task("t", .cancelled, cause: "parent x failed"),
      reason: .ended(above: [Self.task("a", .terminated, cause: "timed out")], count: 1))
    let chain = WhyDocument.document(ended).json()
    #expect(chain["reason"] == "ended_with_parent" && chain["above_count"] == 1)
    #expect(chain["above"]?[0]?["cause"] == "timed out" && chain["cause"] == "parent x failed")
  }
}
