import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct WorkFoldersTests {
  private let folder = TestFolder()

  @Test func onlyWhatIsOldAndUnusedGoes() {
    for name in ["work", "work/a", "work/a/1", "work/a/1/deep", "work/a/1/deep/er", "work/b", "work/b/1", "kept"] {
      mkdir(folder(name), 0o700)
    }
    folder.write("work/a/1/deep/er/file", "x")
    folder.write("kept/file", "x")
    symlink(folder("kept"), folder("work/a/1/link"))
    var old = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
    for name in ["work/a/1/deep", "work/a/1/link", "work/a/1"] {
      #expect(utimensat(AT_FDCWD, folder(name), &old, AT_SYMLINK_NOFOLLOW) == 0)
    }
    let folders = WorkFolders(folder: folder("work"))
    #expect(folders.removeUnused(since: 500_000) == 0)
    #expect(folders.removeUnused(since: 2_000_000) == 1)
    #expect(access(folder("work/a"), F_OK) != 0)
    #expect(access(folder("work/b/1"), F_OK) == 0)
    #expect(access(folder("kept/file"), F_OK) == 0)
    // The folder of a log that grows is an old one.
    folder.write("work/b/1/stdout", "x")
    #expect(utimensat(AT_FDCWD, folder("work/b/1"), &old, 0) == 0)
    #expect(folders.removeUnused(since: 2_000_000) == 0)
    #expect(WorkFolders(folder: folder("none")).removeUnused(since: .max) == 0)
  }
}
