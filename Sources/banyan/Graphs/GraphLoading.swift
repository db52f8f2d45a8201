/// Reads the graphs that somebody named. All are read before anything is done with one.
struct GraphLoading {
  let surroundings: Surroundings
  /// Which of the shell's variables travel, as `--export` says; nil: the standard ones.
  let export: String?
  /// The folder that tasks run in which say none, absolute; nil: what each graph says.
  var taskFolder: String?
  /// What `--set` says.
  var settings = GraphSettings.none

  /// Reads them and makes their output folders.
  func load(_ paths: [String]) throws -> [Graph] {
    let graphs = try read(paths)
    for graph in graphs {
      if let output = graph.output { try OutputFolder.make(output) }
    }
    return graphs
  }

  /// Reads them, and makes nothing.
  func read(_ paths: [String]) throws -> [Graph] {
    let context = GraphReader.Context(
      workingDirectory: try surroundings.requiredWorkingDirectory(),
      environment: try ExportedEnvironment.chosen(by: export, from: surroundings.environment),
      taskFolder: taskFolder, settings: settings)
    var graphs: [Graph] = []
    var problems: [GraphError.Problem] = []
    for path in paths {
      let text = try InputFile.text(path)
      do {
        graphs.append(try GraphReader.read(text, file: path, context: context))
      } catch let error as GraphError {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw GraphError(problems: problems) }
    return graphs
  }
}
