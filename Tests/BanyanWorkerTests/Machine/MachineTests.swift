import BanyanCore
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct ControlGroupTests {
  private let folder = TestFolder()

  @Test func versionTwoCountsEveryGroupAbove() {
    for name in ["cg", "cg/a", "cg/a/b"] { mkdir(folder(name), 0o755) }
    folder.write("self", "0::/a/b\n")
    folder.write("cg/a/cpu.max", "150000 100000\n")
    folder.write("cg/a/b/cpu.max", "max 100000\n")
    folder.write("cg/a/memory.max", "max\n")
    folder.write("cg/a/b/memory.max", "1048576\n")
    let group = ControlGroup(mount: folder("cg"), process: folder("self"))
    #expect(group.coreQuota() == 1.5)
    #expect(group.memoryLimit() == 1_048_576)
    #expect(CoreAllowance.cores(group: group) == 1)
  }

  @Test func versionOne() {
    for name in ["cg", "cg/cpu", "cg/cpu/a", "cg/memory", "cg/memory/b"] { mkdir(folder(name), 0o755) }
    folder.write("self", "4:memory:/b\n2:cpuacct,cpu:/a\n0::/\n")
    folder.write("cg/cpu/a/cpu.cfs_quota_us", "200000\n")
    folder.write("cg/cpu/a/cpu.cfs_period_us", "100000\n")
    folder.write("cg/cpu/cpu.cfs_quota_us", "-1\n")
    folder.write("cg/cpu/cpu.cfs_period_us", "100000\n")
    folder.write("cg/memory/memory.limit_in_bytes", "9223372036854771712\n")
    folder.write("cg/memory/b/memory.limit_in_bytes", "4096\n")
    let group = ControlGroup(mount: folder("cg"), process: folder("self"))
    #expect(group.coreQuota() == 2)
    #expect(group.memoryLimit() == 4096)
    folder.write("meminfo", "MemTotal:       2048 kB\nMemFree: 1 kB\n")
    #expect(MemoryAllowance.bytes(group: group, table: folder("meminfo")) == 4096)
  }

  @Test func noGroupNoLimit() {
    let group = ControlGroup(mount: folder("none"), process: folder("none"))
    #expect(group.coreQuota() == nil && group.memoryLimit() == nil)
    #expect(CoreAllowance.cores(group: group) >= 1)
    #expect(MemoryTable.bytes("MemTotal:", in: "MemTotal: 3 kB") == 3072)
    #expect(MemoryTable.bytes("MemTotal:", in: "nothing") == nil)
  }
}

struct GPUProbeTests {
  private let devices = GPUProbe.read(
    """
    1, GPU-bbb, Small Card, 2048, 6.1
    0, GPU-aaa, Big Card, 81920, 9.0
    """
  ).devices

  @Test func linesOfTheTool() {
    #expect(
      devices == [
        GPUDevice(
          ordinal: 0, uuid: "GPU-aaa", model: "Big Card", memoryBytes: 81_920 << 20,
          capability: GPUCapability(major: 9, minor: 0)),
        GPUDevice(
          ordinal: 1, uuid: "GPU-bbb", model: "Small Card", memoryBytes: 2_048 << 20,
          capability: GPUCapability(major: 6, minor: 1)),
      ])
    let strange = GPUProbe.read("No devices were found")
    #expect(strange.devices.isEmpty && strange.remarks.count == 1)
  }

  @Test(
    arguments: [
      (nil, [0, 1]), ("", []), ("-1", []), ("1", [1]), ("1,0", [0, 1]), ("GPU-bb", [1]), ("0,7,1", [0]), ("0,0", [0]),
    ] as [(String?, [Int64])])
  func onlyWhatTheVariableAllows(_ variable: String?, _ ordinals: [Int64]) {
    #expect(GPUProbe.visible(devices, variable).devices.map(\.ordinal) == ordinals)
  }

  @Test func aToolThatFailsIsSaidOnce() {
    let folder = TestFolder()
    folder.write("nvidia-smi", "#!/bin/sh\nexit 9\n", mode: 0o755)
    let found = GPUProbe(environment: ["PATH": "\(folder.path):/usr/bin:/bin"]).find()
    #expect(found.devices.isEmpty)
    #expect(found.remarks == ["no GPU is offered: \(folder("nvidia-smi")): failed with status 9"])
    #expect(GPUProbe(environment: ["PATH": "/nowhere"]).find().remarks.isEmpty)
  }

  @Test func aToolThatHangsIsGivenUp() {
    let folder = TestFolder()
    let tool = folder.write("tool", "#!/bin/sh\nexec sleep 1000\n", mode: 0o755)
    var run = ToolRun(program: tool, arguments: ["tool"], environment: ["PATH": "/usr/bin:/bin"])
    run.patienceMilliseconds = 100
    guard case .failure(let error) = run.output() else { return #expect(Bool(false)) }
    #expect(error.description.contains("has not answered"))
  }

  @Test func theOffer() throws {
    let folder = TestFolder()
    let lines = "echo '0, GPU-a, Card, 1024, 7.5'\necho '1, GPU-b, Card, 1024, 7.5'\n"
    folder.write("nvidia-smi", "#!/bin/sh\n" + lines, mode: 0o755)
    var machine = MachineOffer()
    machine.environment = ["PATH": "\(folder.path):/usr/bin:/bin"]
    machine.cores = 8
    machine.memoryBytes = 1 << 30
    machine.leaveCores = 2
    machine.leaveMemoryBytes = 1 << 29
    machine.custom = ["license": 2]
    machine.gpus = [1]
    let (offer, remarks) = try machine.measure()
    #expect(offer.cores == 6 && offer.memoryBytes == 1 << 29 && offer.gpus.map(\.ordinal) == [1])
    #expect(offer.custom == ["license": 2] && remarks.isEmpty && offer.taskLimit == 48)
    machine.gpus = [5]
    #expect(throws: MachineError.self) { try machine.measure() }
  }
}
