import BanyanCore

/// Which of the shell's variables travel with a task.
enum ExportedEnvironment {
  private static let standard: Set<CodePoints> = ["PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LANG"]

  /// - Parameters:
  ///   - export: nothing (the standard ones), `ALL`, `NONE`, or names with commas between them.
  ///   - environment: the shell's.
  /// - Throws: ``UsageError`` where a named variable is not set.
  static func chosen(by export: String?, from environment: TextMap) throws -> TextMap {
    guard let export else {
      return TextMap(
        environment.lazy.filter { standard.contains(CodePoints($0.key)) || $0.key.utf8.starts(with: "LC_".utf8) }
          .map { ($0.key, $0.value) })
    }
    switch export {
    case "NONE": return [:]
    case "ALL":
      // The command's own settings stay at home, its token above all; so do names that no task may have (a shell's
      // exported functions).
      return TextMap(
        environment.lazy.filter { !$0.key.hasPrefix("BANYAN_") && isName($0.key) }
          .map { ($0.key, $0.value) })
    default:
      var chosen = TextMap()
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

  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
    }
  }
}
