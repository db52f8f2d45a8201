import ArgumentParser
import Rainbow
import TextTable
import Yams

@main
struct Banyan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "A job queue for machines that people share.")
}
