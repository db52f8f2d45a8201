import Testing

@testable import banyan

@Suite struct ExitRemarkTests {
  @Test(arguments: [
    ("failure (exit 139)", "failure (exit 139): so a shell tells that SIGSEGV ended its child"),
    (
      "failure (exit 137, out of memory)",
      "failure (exit 137, out of memory): so a shell tells that SIGKILL ended its child"
    ),
    ("failure (exit 128)", "failure (exit 128)"), ("failure (exit 255)", "failure (exit 255)"),
    ("failure (SIGSEGV)", "failure (SIGSEGV)"), ("success", "success"), ("failure (exit )", "failure (exit )"),
  ])
  func aShellsWordForASignal(status: String, shown: String) {
    #expect(ExitRemark.shown(status) == shown)
  }
}
