import BanyanCore
import BanyanWire

/// A worker as lists show it.
struct ShownWorker: Sendable {
  let view: WorkerView
  let lastHeard: Int64?
  let isConnected: Bool
  let machine: UsageBoard.Machine?

  var document: Document {
    let record = view.record
    let reserved = record.offer.map { offer in
      ResourceOffer(
        memoryBytes: view.usedMemoryBytes, cores: view.usedCores,
        gpus: offer.gpus.filter { view.usedGPUs.contains($0.ordinal) }, custom: view.usedCustom,
        maxTasks: Int64(view.live.count))
    }
    return WorkerDocument.document(
      record, lastHeard: lastHeard, isConnected: isConnected, reserved: reserved, used: machine?.usage,
      roundTrip: machine?.roundTrip, endsAt: view.endsAt)
  }
}

extension TaskQueue {
  /// The registered workers, once what they show is durable.
  func workers() async -> [ShownWorker] {
    let views = await read { $0.allWorkers }
    let connected = connectedWorkers
    askForUsage(of: connected)
    return views.map { view in
      let id = view.record.id
      return ShownWorker(
        view: view, lastHeard: lastHeard(id), isConnected: connected.contains(id),
        machine: connected.contains(id) ? usage.assumeIsolated { $0.machine(of: id) } : nil)
    }
  }
}
