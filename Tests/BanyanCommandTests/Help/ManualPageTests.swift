import Testing

@testable import banyan

@Suite struct ManualPageTests {
  private let pages = ManualPage.all(version: "1")

  @Test func everySubcommandHasAPageWithItsFlags() {
    let names = pages.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("banyan") && names.contains("banyan-submit") && names.contains("banyan-users-add"))
    for page in pages {
      for argument in page.page.arguments where page.page.path.count > 1 {
        for name in argument.names {
          #expect(page.text.contains(name.replacingDashes()), "\(page.name) \(name)")
        }
      }
    }
  }

  /// A line that begins with a dot is a request; there are no others than these.
  @Test func noTextIsTakenForARequest() {
    let known: Set<String> = ["TH", "SH", "SS", "TP", "PP", "nf", "fi"]
    for page in pages {
      for line in page.text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
        let request = line.dropFirst().prefix { $0 != " " }
        #expect(line.hasPrefix(".") && known.contains(String(request)), "\(page.name): \(line)")
      }
    }
  }

  @Test func pagesThatAreNamedAreThere() {
    let names = Set(pages.map { "\\fB\($0.name.replacingDashes())\\fR(1)" })
    for page in pages {
      for line in page.text.split(separator: "\n") where line.contains("\\fR(1)") {
        #expect(names.contains(line.hasSuffix(",") ? String(line.dropLast()) : String(line)), "\(page.name): \(line)")
      }
    }
  }
}

extension String {
  fileprivate func replacingDashes() -> String {
    split(separator: "-", omittingEmptySubsequences: false).joined(separator: "\\-")
  }
}
