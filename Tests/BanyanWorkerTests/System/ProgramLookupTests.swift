import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct ProgramLookupTests {
  @Test func asTheShellSearches() {
    let folder = TestFolder()
    mkdir(folder("a"), 0o755)
    mkdir(folder("b"), 0o755)
    folder.write("a/tool", "", mode: 0o644)
    folder.write("b/tool", "", mode: 0o755)
    mkdir(folder("a/name"), 0o755)
    let lookup = ProgramLookup(searchPath: "\(folder("a")):\(folder("b"))", folder: folder.path)
    #expect(lookup.find("tool") == .success(folder("b/tool")))
    #expect(lookup.find("b/tool") == .success(folder("b/tool")))
    #expect(lookup.find("./b/tool") == .success(folder("./b/tool")))
    #expect(lookup.find("name") == .failure(.taskFault("a folder, not a program")))
    #expect(lookup.find("other") == .failure(.taskFault("no such program")))
    #expect(lookup.find("a/tool") == .failure(.taskFault("not executable")))
    #expect(ProgramLookup(searchPath: "", folder: folder("b")).find("tool") == .success("\(folder("b"))/./tool"))
  }
}
