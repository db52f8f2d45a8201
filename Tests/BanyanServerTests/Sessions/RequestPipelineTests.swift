import NIOCore
import Testing

@testable import BanyanServer

/// A connection's requests: each edge of the pipeline's table, what it counts, and in which order its answers leave.
@Suite struct RequestPipelineTests {
  private typealias Pipeline = RequestPipeline<String>

  private static let short = ByteBuffer(string: "{}")
  private static let long = ByteBuffer(repeating: 0, count: Pipeline.longMessage + 1)

  /// Whether a message comes forth, and how it is parsed.
  private static func parsesElsewhere(_ next: Pipeline.Next?) -> Bool? {
    switch next {
    case .parseHere: false
    case .parseElsewhere: true
    case nil: nil
    }
  }

  // MARK: Intake

  private enum Step: CaseIterable {
    case short, long, endParsing, hold, release, close
  }

  private static func pipeline(_ intake: Pipeline.Intake) -> Pipeline {
    var pipeline = Pipeline()
    switch intake {
    case .open: break
    case .parsing:
      pipeline.receive([long])
      _ = pipeline.next()
    case .held: pipeline.hold()
    case .closed: pipeline.close()
    }
    return pipeline
  }

  /// What the table says: where an edge leads; nil: the step changes nothing.
  private static func edge(_ intake: Pipeline.Intake, _ step: Step) -> Pipeline.Intake? {
    switch (intake, step) {
    case (.open, .long): .parsing
    case (.open, .hold): .held
    case (.parsing, .endParsing): .open
    case (.held, .release): .open
    case (.open, .close), (.parsing, .close), (.held, .close): .closed
    default: nil
    }
  }

  @Test func `Each step leads where the table says, from each state`() {
    var walked = 0
    for intake in Pipeline.Intake.allCases {
      for step in Step.allCases {
        var pipeline = Self.pipeline(intake)
        #expect(pipeline.intake == intake)
        switch step {
        case .short, .long:
          pipeline.receive([step == .short ? Self.short : Self.long])
          let next = Self.parsesElsewhere(pipeline.next())
          #expect(next == (intake == .open ? step == .long : nil), "\(intake) \(step)")
        case .endParsing: #expect(pipeline.endParsing() == (intake == .parsing), "\(intake)")
        case .hold: pipeline.hold()
        case .release: pipeline.release()
        case .close: pipeline.close()
        }
        let wanted = Self.edge(intake, step)
        #expect(pipeline.intake == wanted ?? intake, "\(intake) \(step)")
        #expect(pipeline.drain().reads == (pipeline.intake == .open), "\(intake) \(step)")
        if wanted != nil { walked += 1 }
      }
    }
    #expect(walked == 7)
  }

  @Test func `What waits comes forth later, in its order`() {
    var pipeline = Pipeline()
    let messages = (1...4).map { ByteBuffer(string: String(repeating: "x", count: $0)) }
    pipeline.receive(Array(messages[..<2]))
    _ = pipeline.next()
    pipeline.hold()
    pipeline.receive(Array(messages[2...]))
    #expect(pipeline.next() == nil)
    pipeline.release()
    var sizes = [1]
    while pipeline.next() != nil { sizes.append(pipeline.size) }
    #expect(sizes == [1, 2, 3, 4])
  }

  @Test func `Of one that has ended nothing comes forth, and a message parsed elsewhere is dropped`() {
    var pipeline = Pipeline()
    pipeline.receive([Self.long, Self.short])
    _ = pipeline.next()
    pipeline.close()
    let mayHandle = pipeline.endParsing()
    #expect(!mayHandle)
    #expect(pipeline.next() == nil)
  }

  // MARK: Costs

  @Test func `What was asked counts until it is answered`() {
    var pipeline = Pipeline()
    let part = ByteBuffer(repeating: 0, count: 1 << 17)
    var tags: [UInt64] = []
    pipeline.receive(Array(repeating: part, count: 1_000))
    while pipeline.next() != nil { tags.append(pipeline.ask(.view, as: "", at: 0)) }
    #expect(tags.count == (Pipeline.maxBytes - 1) / ((1 << 17) + 256) + 1)
    #expect(!pipeline.drain().reads)
    #expect(pipeline.settle(tags[0]) != nil)
    #expect(pipeline.drain().reads)
    #expect(pipeline.next() != nil && pipeline.size == 1 << 17)
  }

  @Test func `Small requests cost something too`() {
    var pipeline = Pipeline()
    for _ in 0..<100_000 { pipeline.ask(.view, as: "", at: 0) }
    #expect(!pipeline.drain().reads)
  }

  // MARK: Tags and order

  @Test func `A request is answered once, under its own tag`() {
    var pipeline = Pipeline()
    let first = pipeline.ask(.view, as: "first", at: 7)
    let second = pipeline.ask(.view, as: "second", at: 8)
    #expect(pipeline.drain().requests.map(\.tag) == [first, second])
    #expect(pipeline.drain().requests.isEmpty, "nothing is asked twice")
    let settled = pipeline.settle(second)
    #expect(settled?.request == "second" && settled?.since == 8)
    #expect(pipeline.settle(second) == nil && pipeline.settle(0) == nil)
    #expect(pipeline.settle(first)?.request == "first")
  }

  @Test func `Answers keep the order of the requests, but for those that keep none`() {
    var pipeline = Pipeline()
    let report = pipeline.ask(.view, as: "report", at: 0)
    let claim = pipeline.ask(.view, as: "waiting claim", inTurn: false, at: 0)
    pipeline.answer([3])
    let release = pipeline.ask(.view, as: "release", at: 0)
    #expect(pipeline.drain().messages == [])
    pipeline.answer(pipeline.settle(release)?.place, [4])
    pipeline.push([1])
    #expect(pipeline.drain().messages == [[1]], "a heartbeat overtakes them all")
    #expect(pipeline.settle(claim)?.place == nil)
    pipeline.answer(nil, [5])
    #expect(pipeline.drain().messages == [[5]], "so does a claim that waited")
    pipeline.answer(pipeline.settle(report)?.place, [2])
    #expect(pipeline.drain().messages == [[2], [3], [4]])
  }

  @Test func `A second question for one request keeps the request's place`() {
    var pipeline = Pipeline()
    let first = pipeline.settle(pipeline.ask(.view, as: "cancel where", at: 0))
    pipeline.answer([2])
    let second = pipeline.ask(.view, as: "cancel", place: first?.place, at: 0)
    pipeline.answer(pipeline.settle(second)?.place, [1])
    #expect(pipeline.drain().messages == [[1], [2]])
  }

  // MARK: The end

  @Test func `It is settled when all that came is done and what matters is answered`() {
    var pipeline = Pipeline()
    pipeline.receive([Self.long, Self.short])
    _ = pipeline.next()
    pipeline.end()
    pipeline.receive([Self.short])
    let isSettled = { (pipeline: Pipeline) in pipeline.isSettled { $0 == "claim" } }
    #expect(!isSettled(pipeline), "a message is being parsed")
    let mayHandle = pipeline.endParsing()
    #expect(mayHandle)
    pipeline.ask(.view, as: "claim", at: 0)
    #expect(!isSettled(pipeline), "another one waits")
    _ = pipeline.next()
    #expect(isSettled(pipeline), "what came behind the end is dropped")
    let report = pipeline.ask(.view, as: "report", at: 0)
    #expect(!isSettled(pipeline))
    _ = pipeline.settle(report)
    #expect(isSettled(pipeline))
  }

  @Test func `An end may drop what was not taken up`() {
    var pipeline = Pipeline()
    pipeline.receive([Self.short])
    pipeline.end(dropsBacklog: true)
    #expect(pipeline.next() == nil && pipeline.isSettled { _ in false })
  }
}
