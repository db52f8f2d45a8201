import Testing

@testable import BanyanWorker

struct AttemptMarkerTests {
  @Test func theEnvironmentTells() {
    let key = Sample.key(12)
    let text = "PATH=/bin\0BANYAN_TASK_ID=\(key.task)\0BANYAN_ATTEMPT=12\0"
    #expect(AttemptMarker.attempt(inEnvironment: Array(text.utf8)) == key)
    for broken in ["", "BANYAN_TASK_ID=\(key.task)\0", "BANYAN_TASK_ID=x\0BANYAN_ATTEMPT=1", "BANYAN_ATTEMPT=1\0"] {
      #expect(AttemptMarker.attempt(inEnvironment: Array(broken.utf8)) == nil)
    }
  }
}
