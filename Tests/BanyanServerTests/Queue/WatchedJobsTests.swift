import BanyanCore
import Testing

@testable import BanyanServer

@Suite struct WatchedJobsTests {
  private static let (one, two) = (JobNumber(1), JobNumber(2))

  @Test func `How jobs stand is told at once, then at most ten times a second, and at last`() {
    var watched = WatchedJobs()
    watched.add([Self.one, Self.two])
    watched.note(JobPlace(job: Self.one, member: 1), Self.one, at: 5)
    #expect(watched.takeChanged(at: 1000) == [Self.one])
    #expect(watched.nextAlarm() == nil)
    watched.note(nil, Self.two, at: 6)
    #expect(watched.takeChanged(at: 1099) == [])
    #expect(watched.nextAlarm() == 1100)
    // One alarm is enough.
    watched.note(nil, Self.one, at: 7)
    #expect(watched.nextAlarm() == nil)
    watched.alarmRang()
    #expect(watched.takeChanged(at: 1100) == [Self.one, Self.two])
    #expect(watched.takeChanged(at: 5000) == [] && watched.nextAlarm() == nil)
    #expect(watched.takePlaces() == [5: JobPlace(job: Self.one, member: 1)] && watched.takePlaces().isEmpty)
  }

  @Test func `A job is watched as long as anybody watches it`() {
    var watched = WatchedJobs()
    watched.add([Self.one])
    watched.add([Self.one, Self.two])
    watched.remove([Self.one, Self.two])
    #expect(watched.contains(Self.one) && !watched.contains(Self.two))
    watched.noteAll()
    watched.remove([Self.one])
    #expect(watched.isEmpty && watched.takeChanged(at: 0) == [])
    watched.remove([Self.one])
    #expect(watched.isEmpty)
  }
}
