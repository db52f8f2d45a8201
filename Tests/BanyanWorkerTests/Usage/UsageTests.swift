import BanyanCore
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct ProcessorTimesTests {
  private let folder = TestFolder()

  @Test func busyBetweenTwoMoments() throws {
    let path = folder.write("stat", "cpu  10 0 10 70 10 0 0 0 0 0\ncpu0 1\n")
    let before = try #require(ProcessorTimes.read(path))
    #expect(before == ProcessorTimes(busy: 20, all: 100))
    folder.write("stat", "cpu  60 0 10 120 10 0 0 0 0 0\n")
    let after = try #require(ProcessorTimes.read(path))
    #expect(after.percent(since: before) == 50)
    #expect(after.percent(since: after) == nil)
    folder.write("stat", "nothing\n")
    #expect(ProcessorTimes.read(path) == nil)
  }
}

struct GPUUseTests {
  private let folder = TestFolder()
  private let device = { (ordinal: Int64, uuid: String) in
    GPUDevice(
      ordinal: ordinal, uuid: uuid, memoryBytes: 100 << 20, capability: GPUCapability(major: 9, minor: 0))
  }

  /// A tool that is not NVIDIA's, first in the search path.
  private func use(_ output: String, status: Int = 0) -> GPUUse {
    folder.write("nvidia-smi", "#!/bin/sh\ncat <<'E'\n\(output)\nE\nexit \(status)\n", mode: 0o755)
    return GPUUse(
      devices: [device(0, "GPU-a"), device(1, "GPU-b")], environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
  }

  @Test func linesOfTheTool() async {
    let figures = await use("GPU-b, 7, 30\nGPU-a, 8, 1\nGPU-b, 9, 2\nGPU-other, 7, 5\nGPU-a, 7, [N/A]\nnonsense").read()
    #expect(
      figures == [
        GPUUse.Figure(ordinal: 1, pid: 7, bytes: 30 << 20), GPUUse.Figure(ordinal: 0, pid: 8, bytes: 1 << 20),
        GPUUse.Figure(ordinal: 1, pid: 9, bytes: 2 << 20),
      ])
    #expect(GPUUse.usage(figures, of: [7, 9]) == [GPUUsage(ordinal: 1, usedMemoryBytes: 32 << 20)])
    #expect(GPUUse.usage(figures, of: nil).map(\.ordinal) == [0, 1])
    #expect(await use("GPU-a, 7, 1", status: 9).read().isEmpty)
  }

  @Test func foreignUseOfADevice() {
    var free = FreeResources(
      offered: ResourceOffer(memoryBytes: 0, cores: 1, gpus: [device(0, "GPU-a"), device(1, "GPU-b")]))
    free.lower(by: MachineLoad(foreignGPUBytes: [0: 90 << 20, 1: 10 << 20]))
    // A tenth may be the picture on a screen; nine tenths are somebody's work.
    #expect(free.free.gpus.map(\.ordinal) == [1])
    #expect(free.free.gpus.map(\.memoryBytes) == [90 << 20])
  }

  @Test func anAttemptsTreeIsMeasuredWithItsGPUs() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "pids")
    let order = Sample.shell(
      "setsid sleep 1000 & echo $! > \(pipe.path); i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done > \(pipe.path); wait",
      in: keeper.folder.path)
    let start = try await keeper.start(order)
    let child = await pipe.number()
    #expect(await pipe.line() == "done")
    let sampler = UsageSampler(gpus: use("GPU-a, \(start.main), 3\nGPU-a, 1, 20"))
    let seen = MeasuredAttempt(key: order.key, pid: start.main, startTicks: start.startTicks)
    let measured = await sampler.measure([seen])
    let usage = try #require(measured.attempts[order.key])
    #expect(isAlive(child))
    #expect((usage.residentMemoryBytes ?? 0) > 0 && (usage.cpuSeconds ?? 0) > 0)
    #expect(usage.gpus == [GPUUsage(ordinal: 0, usedMemoryBytes: 3 << 20)])
    #expect(measured.load.foreignGPUBytes == [0: 20 << 20])
    #expect(measured.load.memoryBytes > measured.load.foreignMemoryBytes)
    #expect(measured.machine.gpus == [GPUUsage(ordinal: 0, usedMemoryBytes: 23 << 20)])
    // A process of another start has the number of one that has ended.
    var stranger = seen
    stranger.startTicks = start.startTicks.map { $0 &+ 1 }
    let others = await sampler.measure([stranger])
    #expect(start.startTicks != nil && others.attempts.isEmpty)
    keeper.send(.end(order.key, graceMilliseconds: 0, cause: .cancelled))
    _ = try await keeper.end(of: order.key)
  }
}
