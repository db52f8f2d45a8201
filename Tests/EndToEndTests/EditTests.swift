import Foundation
import Testing

/// `banyan edit`: tasks that wait, changed from outside.
@Suite(.serialized) struct EditTests {
  private func field(_ name: String, of id: String, _ site: Site) throws -> Any? {
    let text = try site.output("show", id, "-o", "json")
    return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[name]
  }

  @Test func whatIsNamedChangesAndTheRestStays() throws {
    let site = try Site()
    _ = try site.server()
    let id = try site.output("submit", "-o", "ids", "--cores", "2", "--memory", "1GiB", "--env", "A=1", "--", "true")
    try site.output("edit", id, "--priority", "7", "--cores", "3", "--env", "B=2", "--label", "kind=night")
    #expect(try field("priority", of: id, site) as? Int == 7)
    let resources = try field("requested_resources", of: id, site) as? [String: Any]
    #expect((resources?["cpu_cores"] as? [String: Any])?["count"] as? Int == 3)
    #expect(resources?["cpu_memory_bytes"] as? Int == 1 << 30)
    let environment = try field("environment", of: id, site) as? [String: String]
    #expect(environment?["A"] == "1" && environment?["B"] == "2")
    #expect(try field("labels", of: id, site) as? [String: String] == ["kind": "night"])
    // It can be claimed again.
    #expect(try field("held", of: id, site) as? Bool == false)
  }

  @Test func aRefusalLeavesItAsItWas() throws {
    let site = try Site()
    _ = try site.server()
    let id = try site.output("submit", "-o", "ids", "--", "true")
    let refused = try site.banyan("edit", id, "--priority", "99999")
    #expect(refused.status == 64 && refused.errors.contains("priority"))
    #expect(try field("held", of: id, site) as? Bool == false)
    #expect(try field("priority", of: id, site) as? Int == 0)
    #expect(try site.banyan("edit", id).status == 64, "nothing to change")
    try site.output("hold", id)
    try site.output("edit", id, "--queue", "night")
    #expect(try field("held", of: id, site) as? Bool == true)
    #expect(try field("queue", of: id, site) as? String == "night")
  }
}
