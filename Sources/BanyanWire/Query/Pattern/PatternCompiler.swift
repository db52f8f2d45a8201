/// Writes a pattern's tree out as steps; repetitions become copies, up to the bound.
struct PatternCompiler {
  private(set) var steps: [Pattern.Step] = []
  /// Parts of the tree that may still be written out. Those that come to no steps, as `()`, are counted too: repeated
  /// within one another they would be written out for ever.
  private(set) var allowance: Int

  init(allowance: Int) { self.allowance = allowance }

  mutating func add(_ step: Pattern.Step) throws(Pattern.Failure) {
    guard steps.count < Pattern.maxSteps else {
      throw Pattern.Failure("too large; its repetitions come to more than \(Pattern.maxSteps) steps")
    }
    steps.append(step)
  }

  mutating func add(_ tree: PatternTree) throws(Pattern.Failure) {
    allowance -= 1
    guard allowance >= 0 else {
      throw Pattern.Failure("too large; its repetitions come to more than is written out for one request")
    }
    switch tree {
    case .empty: break
    case .step(let step): try add(step)
    case .sequence(let parts):
      for part in parts { try add(part) }
    case .either(let ways):
      var ends: [Int] = []
      for (index, way) in ways.enumerated() {
        guard index < ways.count - 1 else {
          try add(way)
          break
        }
        let fork = steps.count
        try add(.both(fork + 1, fork + 1))
        try add(way)
        ends.append(steps.count)
        try add(.jump(0))
        steps[fork] = .both(fork + 1, steps.count)
      }
      for end in ends { steps[end] = .jump(steps.count) }
    case .repeated(let inner, let least, let most):
      for _ in 0..<least { try add(inner) }
      if let most {
        var forks: [Int] = []
        for _ in least..<most {
          forks.append(steps.count)
          try add(.both(steps.count + 1, 0))
          try add(inner)
        }
        for fork in forks { steps[fork] = .both(fork + 1, steps.count) }
      } else {
        let fork = steps.count
        try add(.both(fork + 1, fork + 1))
        try add(inner)
        try add(.jump(fork))
        steps[fork] = .both(fork + 1, steps.count)
      }
    }
  }
}
