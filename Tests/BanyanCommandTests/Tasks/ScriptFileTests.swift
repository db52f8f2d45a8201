import TestSupport
import Testing

@testable import banyan

@Suite struct ScriptFileTests {
  private static let script = """
    #!/bin/bash
    # what it does
    #BANYAN --cores 4 --label "a=b c"   # and why

    #SBATCH --mem=2G -J other
    #SBATCH --mail-type=ALL
    #BANYANA --nothing
    echo {index} $1
    #BANYAN --cores 9
    """

  @Test func flagsStandInTheFirstLines() throws {
    let script = try ScriptFile(text: Self.script, path: "a/s.sh")
    #expect(script.name == "s.sh" && script.interpreter == ["/bin/bash"])
    #expect(script.flagLines.map(\.number) == [3, 5, 6])
    let flags = try ScriptFlags(script)
    #expect(flags.words == ["--cores", "4", "--label", "a=b c", "--memory=2GiB", "--name=other"])
    #expect(flags.remark == "a/s.sh: without a meaning here, and left out: --mail-type=ALL (line 6)")
  }

  @Test(arguments: [
    ("#BANYAN --coers 4", "s:2: '--coers' is no flag of submit; did you mean '--cores'?"),
    ("#BANYAN --label 'a", "s:2: a quote has no end; close it"),
    ("#BANYAN 4", "s:2: '4' is no flag; flags begin with --"),
  ])
  func aMistakeIsToldWithItsLine(line: String, told: String) throws {
    let script = try ScriptFile(text: "#!/bin/sh\n\(line)\n", path: "s")
    let error = #expect(throws: UsageError.self) { try ScriptFlags(script) }
    #expect(error?.description == told)
  }

  @Test func aShellGetsTheTextAndOthersAFileThatIsGoneAgain() throws {
    let shell = try ScriptFile(text: Self.script, path: "s.sh")
    #expect(shell.program(["x"], parameters: []) == ["/bin/bash", "-c", Self.script, "s.sh", "x"])
    let python = "#!/usr/bin/env python3\nprint({1})\n"
    let program = try ScriptFile(text: python, path: "p.py").program(["x"], parameters: [])
    #expect(program.prefix(2) == ["/bin/sh", "-c"] && program[4] == python)
    #expect(program.suffix(4) == ["/usr/bin/env", "python3", "/dev/fd/9", "x"])
    // A parameter's name in braces is the script's own: it travels so that nobody fills it in.
    let touched = shell.program([], parameters: ["index"])
    #expect(!touched.contains { $0.contains("{index}") } && touched.suffix(2) == ["/bin/bash", "/dev/fd/9"])
  }

  @Test(arguments: ["echo", "#!sh\n", "#!\n", "#!/bin/sh\n\0"]) func whatIsNoScriptIsRefused(text: String) {
    #expect(throws: UsageError.self) { try ScriptFile(text: text, path: "s") }
  }

  @Test func whatWasTypedGoesBeforeTheLines() throws {
    let folder = TestFolder()
    let path = folder.write("s.sh", "#!/bin/sh\n#BANYAN --array 1-3 --cores 4\necho\n")
    let first = try #require(try Banyan.parseAsRoot(["submit", "--max-running", "2", path]) as? SubmitCommand)
    #expect(first.script == path)
    let flags = try ScriptFlags(ScriptFile(text: InputFile.text(path), path: path))
    let words = ["submit", "--flags-of-script"] + flags.words + ["--max-running", "2", "--cores", "1", path]
    let command = try #require(try Banyan.parseAsRoot(words) as? SubmitCommand)
    let here = Surroundings(environment: [:], unreadable: [], workingDirectory: "/srv")
    let task = try #require(try command.jobs(here).first?.families.first)
    #expect(task.name == "s.sh" && task.maxRunning == 2 && task.document["requested_resources"]?["cores"] == 1)
    #expect(task.parameters?.count == 3)
  }

  @Test(arguments: [
    ("-c 4", ["--cores=4"]), ("-c4", ["--cores=4"]), ("--mem=4000", ["--memory=4000MiB"]),
    ("--time=90", ["--time-limit=90m"]), ("--time=1-12", ["--time-limit=129600s"]),
    ("-t 01:30:00", ["--time-limit=5400s"]),
    ("-t 2:30", ["--time-limit=150s"]), ("--array=1-9%2", ["--array=1-9%2"]),
    ("-d afterok:3:4", ["--after=3", "--after=4"]),
    ("-o out-%A_%a.txt", ["--stdout=out-%j_%i.txt"]), ("--gres=gpu:a100:2", ["--gpus=2"]), ("--gres=gpu", ["--gpus=1"]),
    ("-n 1 -N 1", []), ("--export=ALL", ["--export=ALL"]), ("--export=NONE,A=b", ["--export=NONE", "--env=A=b"]),
    ("-H", ["--hold"]), ("--begin=now+2hours", ["--not-before=+2h"]), ("-L lic:2", ["--resource=lic=2"]),
    ("-p gpu -J x --chdir /w", ["--queue=gpu", "--name=x", "--cwd=/w"]),
  ])
  func slurmsFlagsAreUnderstood(line: String, flags: [String]) throws {
    let reading = SlurmFlags.read(try #require(ShellLine.words(line)))
    #expect(reading.flags == flags && reading.ignored == [])
  }

  @Test(arguments: ["--mail-user=x", "-n 4", "--dependency=afterany:3", "-o x%N", "--exclusive", "--mem=", "word"])
  func whatHasNoMeaningIsNamed(line: String) throws {
    let reading = SlurmFlags.read(try #require(ShellLine.words(line)))
    #expect(reading.flags == [] && reading.ignored == [line])
  }
}
