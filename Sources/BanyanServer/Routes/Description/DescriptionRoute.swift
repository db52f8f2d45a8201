import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/openapi.json`: what the server answers, itself included. It is registered last.
struct DescriptionRoute {
  func add(to table: RouteTable) {
    let path: RouterPath = "/openapi.json"
    let operation = Operation.item("Describes the server, as OpenAPI 3.1.", Schema.anyObject, query: [])
    table.description.add(path, [.get: .open(operation) { _ in throw UnfitAnswer() }])
    let document = table.description.document().encoded()
    table.register(path, [.get: .open(operation) { _ in .json(.ok, document) }])
  }
}
