import Foundation
import Testing

/// Snakemake on Banyan, by the recipe in the README.
@Suite struct SnakemakeTests {
  @Test func aWorkflowOfFortyRulesRunsByTheRecipeInTheREADME() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "4", "--memory", "64GiB")
    let python = ProcessInfo.processInfo.environment["BANYAN_TEST_PYTHON"] ?? "python3"
    let bin = URL(fileURLWithPath: python).deletingLastPathComponent().path
    let snakemake = bin + "/snakemake"
    try #require(FileManager.default.isExecutableFile(atPath: snakemake), "\(snakemake) is missing: run .ci/test")

    let recipe = try #require(
      Pages.blocks(of: "README.md").first { $0.lines.contains { $0.text.hasPrefix("cluster-generic-submit-cmd") } },
      "no recipe")
    #expect(recipe.lines.count == 3)
    try FileManager.default.createDirectory(atPath: site.path("banyan"), withIntermediateDirectories: true)
    try recipe.lines.map { $0.text + "\n" }.joined()
      .write(toFile: site.path("banyan/config.yaml"), atomically: true, encoding: .utf8)
    // Thirty-eight that fan out of one and come together in one.
    let workflow = """
      rule all:
          input: "sum.txt"
      rule split:
          output: [f"part{i}.txt" for i in range(1, 39)]
          run:
              for i, name in enumerate(output, 1):
                  open(name, "w").write(f"{i}\\n")
      rule square:
          input: "part{i}.txt"
          output: "square{i}.txt"
          threads: 1
          shell: "echo $(( $(cat {input}) * $(cat {input}) )) > {output}"
      rule sum:
          input: [f"square{i}.txt" for i in range(1, 39)]
          output: "sum.txt"
          threads: 2
          shell: "cat {input} | awk '{{n += $1}} END {{print n}}' > {output}"
      """
    try workflow.write(toFile: site.path("Snakefile"), atomically: true, encoding: .utf8)
    let how = ["--executor", "cluster-generic", "--profile", "banyan", "--seconds-between-status-checks", "1"]
    let path = try "PATH=\(Site.binary("banyan").deletingLastPathComponent().path):\(bin):/usr/local/bin:/usr/bin:/bin"
    let result = try site.run(
      "/usr/bin/env",
      [path, snakemake] + how + ["--jobs", "100", "--nocolor"],
      limit: 400)
    #expect(result.status == 0, "\(result.errors.suffix(3000))")
    let sum = try String(contentsOfFile: site.path("sum.txt"), encoding: .utf8)
    #expect(sum == "\((1...38).reduce(0) { $0 + $1 * $1 })\n")
    let names = try site.output("list", "--limit", "0", "-o", "jsonl").split(separator: "\n").compactMap { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["name"] as? String
    }
    #expect(names.count { $0 == "square" } == 38 && names.count == 40, "\(names)")

    // A rule that fails is told, by the state of its job.
    try "rule bad:\n    output: 'x.txt'\n    shell: 'exit 3'\n"
      .write(toFile: site.path("Snakefile"), atomically: true, encoding: .utf8)
    let failed = try site.run(
      "/usr/bin/env",
      [path, snakemake] + how + ["--jobs", "1", "x.txt"],
      limit: 200)
    #expect(failed.status != 0 && failed.errors.contains("bad"), "\(failed.errors.suffix(2000))")
  }
}
