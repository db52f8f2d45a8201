/// Which of the shell's variables travel with a task.
enum ExportedEnvironment {
  private static let standard: Set = ["PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LANG"]

  /// - Parameters:
  ///   - export: nothing (the standard ones), `ALL`, `NONE`, or names with commas between them.
  ///   - environment: the shell's.
  /// - Throws: ``UsageError`` where a named variable is not set.
  static func chosen(by export: String?, from environment: [String: String]) throws -> [String: String] {
    guard let export else {
      return environment.filter { standard.contains($0.key) || $0.key.hasPrefix("LC_") }
    }
    switch export {
    case "NONE": return [:]
    case "ALL":
      // The command's own settings stay at home, its token above all; so do names that no task may have (a shell's
      // exported functions).
      return environment.filter { !$0.key.hasPrefix("BANYAN_") && isName($0.key) }
    default:
      var chosen: [String: String] = [:]
      for name in export.split(separator: ",").map(String.init) {
        guard name != "BANYAN_TOKEN" else {
          throw UsageError("--export: BANYAN_TOKEN stays at home: a task must not get its submitter's token")
        }
        guard let value = environment[name] else {
          throw UsageError("--export: the variable '\(name)' is not set here; give names that are, or ALL, or NONE")
        }
        chosen[name] = value
      }
      return chosen
    }
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
    }
  }
}
