import BanyanCore

extension EngineFigures {
  /// Milliseconds of a forecast of so many waiting tasks, the median of several: of fifty shapes, on eight workers, with run
  /// times that are ranges, so that the queue is played forward three times.
  static func forecast(waiting: Int) throws(Rejection) -> Double {
    var load = EngineWorkload()
    var workers: [WorkerID] = []
    for number in 0..<8 { workers.append(try load.worker("w\(number)", cores: 64, memory: 1 << 38)) }
    // What has ended tells how long the others take.
    for number in 0..<200 {
      _ = try load.submit([EngineWorkload.draft(number, shape: number % 50)])
      let tasks = try load.claim(workers[number % 8], max: 1)
      load.now += Int64(1_000 + number * 20)
      try load.report(workers[number % 8], tasks)
    }
    try load.fill(waiting, shapes: 50)
    for worker in workers { _ = try load.claim(worker, max: 1) }
    var times: [Double] = []
    for _ in 0..<9 {
      let watch = Stopwatch()
      let forecast = Forecast(ForecastSource(load.state, at: load.now))
      times.append(watch.microseconds / 1000)
      guard forecast.tasks.count >= min(waiting, Forecast.maxStarts), !forecast.isCut else {
        throw Rejection(.malformed, "the forecast tells of \(forecast.tasks.count) tasks only")
      }
    }
    return times.sorted()[times.count / 2]
  }
}
