import BanyanClient
import BanyanJSON
import BanyanTerminal

/// What several tasks printed, one after the other, each line with its task in front. Some are read ahead, so that nobody
/// waits for one answer after the other.
struct SeveralLogs: Sendable {
  /// So many are read ahead.
  private static let ahead = 16
  /// A log that is larger is not read ahead.
  private static let maxKept = 1 << 20

  let session: Session
  let choice: LogChoice

  /// A log that was read ahead.
  private enum Read: Sendable {
    case whole([UInt8], complaints: [String])
    /// It is printed in its turn.
    case tooLarge(LogSource)
    case trouble(String)
  }

  /// - Returns: whether all came that there was.
  func print(_ views: [TaskView]) async throws -> Bool {
    // What never ran printed nothing.
    let views = views.filter { $0.claims > 0 || $0.takenOverFrom != nil }
    return try await withThrowingTaskGroup(of: (Int, Read).self) { group in
      var (next, shown, isWhole) = (0, 0, true)
      var waiting: [Int: Read] = [:]
      while shown < views.count {
        while next < views.count, next - shown < Self.ahead {
          let (place, view) = (next, views[next])
          group.addTask { (place, try await read(view)) }
          next += 1
        }
        guard let (place, read) = try await group.next() else { break }
        waiting[place] = read
        while let read = waiting.removeValue(forKey: shown) {
          isWhole = try await show(read, views[shown]) && isWhole
          shown += 1
        }
      }
      return isWhole
    }
  }

  private func read(_ view: TaskView) async throws -> Read {
    let source = try await LogSource.found(for: view, session.asking)
    if source.isLost {
      return .trouble("\(view.handle): the task that it was taken over from is forgotten, and its log")
    }
    guard source.origin.claims > 0 else { return .whole([], complaints: []) }
    var printer = choice.printer(source.log(session.http), title: view.handle, keptLimit: Self.maxKept)
    do {
      _ = try await printer.begin(choice.attempt, tail: choice.tail, isPatient: false)
      _ = try await printer.printNew(isPatient: false)
      printer.finish()
      return .whole(printer.kept, complaints: printer.complaints)
    } catch is WovenPrinter.TooLarge {
      return .tooLarge(source)
    } catch let error as ServerError where [404, 410, 503].contains(error.status) {
      return .trouble("\(view.handle): \(error.message)")
    }
  }

  private func show(_ read: Read, _ view: TaskView) async throws -> Bool {
    switch read {
    case .whole(let bytes, let complaints):
      for complaint in complaints { Output.complaint(complaint) }
      Output.result(bytes: bytes)
      return complaints.isEmpty
    case .trouble(let words):
      Output.complaint(words)
      return false
    case .tooLarge(let source):
      var printer = choice.printer(source.log(session.http), title: view.handle)
      do {
        _ = try await printer.begin(choice.attempt, tail: choice.tail, isPatient: false)
        _ = try await printer.printNew(isPatient: false)
      } catch let error as ServerError where [404, 410, 503].contains(error.status) {
        Output.complaint("\(view.handle): \(error.message)")
        return false
      }
      printer.finish()
      return !printer.isIncomplete
    }
  }
}
