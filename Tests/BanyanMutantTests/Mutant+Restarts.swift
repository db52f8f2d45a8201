import Simulation

@testable import BanyanCore

/// Faults that show when the server starts again.
extension Mutant {
  static let restarts: [Mutant] = [
    Mutant("loses an event on replay", caughtBy: .replay) { mutant in
      mutant.replayed = { event in if case .attemptStarted = event { nil } else { event } }
    },
    Mutant("releases children twice on replay", caughtBy: .replay) { mutant in
      mutant.replayed = { event in event.ending { $0 == .failed ? .succeeded : nil } ?? event }
    },
    Mutant("forgets delays at a restart", caughtBy: .time) { mutant in
      mutant.recovered = { state in state.delays = .init() }
    },
    Mutant("forgets keys at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in state.keys = KeyBook() }
    },
    Mutant("forgets bars at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in state.barred = [:] }
    },
    Mutant("forgets what owners hold at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in state.holdings = state.holdings.map { _ in Holding() } }
    },
    Mutant("starts turns anew at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in state.nextTurn = 1 }
    },
  ]

  static let all = lives + attempts + restarts + rights
}
