import Foundation

/// Another program that runs commands, two at a time, measured beside Banyan.
struct ComparedProgram {
  let name: String
  /// The program without which it can't be measured.
  let program: String
  /// A shell script; `$N` is the number of tasks.
  let script: String

  /// Those that may be installed. `hyperqueue` is a Python that has the package of this name.
  static func all(hyperqueue: String?) -> [ComparedProgram] {
    var programs = [
      ComparedProgram(name: "xargs", program: "xargs", script: "seq $N | xargs -P2 -n1 true"),
      ComparedProgram(name: "parallel", program: "parallel", script: "seq $N | parallel -j2 true"),
      ComparedProgram(
        name: "task_spooler", program: "tsp",
        script: """
          export TS_SOCKET=$DIR/socket TS_MAXFINISHED=$N TS_SLOTS=2 TMPDIR=$DIR
          for i in $(seq $N); do tsp -n true >$DIR/last; done; tsp -w $(cat $DIR/last); tsp -K
          """),
    ]
    if let hyperqueue {
      programs.append(
        ComparedProgram(name: "hyperqueue", program: hyperqueue, script: "'\(hyperqueue)' -c '\(python)' $N"))
    }
    return programs
  }

  /// Cluster and worker are up before the clock runs, as Banyan's are.
  private static let python = """
    import sys, time
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig
    with LocalCluster() as cluster:
        cluster.start_worker(WorkerConfig(cores=2))
        client = cluster.client()
        job = Job()
        for _ in range(int(sys.argv[1])):
            job.program(["true"], stdout=None, stderr=None)
        time.sleep(1)
        start = time.monotonic()
        client.wait_for_jobs([client.submit(job)])
        print("seconds", time.monotonic() - start)
    """

  /// Seconds for so many tasks; nil: it isn't installed.
  func seconds(tasks: Int) throws -> Double? {
    guard try Self.run("command -v '\(program)'", folder: "/", tasks: tasks).status == 0 else { return nil }
    let folder = NSTemporaryDirectory() + "/banyan-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let start = ContinuousClock.now
    let result = try Self.run(script, folder: folder, tasks: tasks)
    let all = (ContinuousClock.now - start) / .seconds(1)
    guard result.status == 0 else {
      throw ServerProcess.StartError(description: "\(name) ended with status \(result.status): \(result.output)")
    }
    // One that measures itself says so.
    let own = result.output.split(separator: "\n").last { $0.hasPrefix("seconds ") }
    return own.flatMap { Double($0.dropFirst(8)) } ?? all
  }

  private static func run(_ script: String, folder: String, tasks: Int) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["N"] = "\(tasks)"
    environment["DIR"] = folder
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
