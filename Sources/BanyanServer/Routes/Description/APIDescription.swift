import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// Everything that the server answers, gathered while its routes are registered, as OpenAPI 3.1.
final class APIDescription {
  private var paths: [(path: String, methods: [(String, JSON)])] = []
  private let version: String
  private let basePath: String

  init(version: String, basePath: String = "") {
    self.version = version
    self.basePath = basePath
  }

  /// Notes the methods of a path.
  func add(_ path: RouterPath, _ endpoints: [HTTPRequest.Method: RouteTable.Endpoint]) {
    let text = path.description
    let methods = endpoints.sorted { $0.key.rawValue < $1.key.rawValue }.map { method, endpoint in
      (method.rawValue.lowercased(), Self.operation(method, text, endpoint))
    }
    paths.append((text, methods))
  }

  /// The OpenAPI document of all paths that were added so far.
  func document() -> JSON {
    var all = JSONObject()
    for (path, methods) in paths.sorted(by: { $0.path < $1.path }) {
      var item = JSONObject()
      if path.contains("{id}") {
        let schema = path.hasPrefix("/jobs/") ? Schema.integer(1...Int64.max) : Schema.identifier
        item["parameters"] = [["name": "id", "in": "path", "required": true, "schema": schema]]
      }
      for (method, operation) in methods { item[method] = operation }
      all[path] = .object(item)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Banyan", "version": .string(version),
        "description": "A job queue for machines that people share.",
      ],
      "servers": [["url": .string(basePath.isEmpty ? "/" : basePath)]],
      "paths": .object(all),
      "components": [
        "schemas": Self.schemas,
        "securitySchemes": [
          "token": ["type": "http", "scheme": "bearer"],
          "basic": [
            "type": "http", "scheme": "basic", "description": "The token as user name, and an empty password.",
          ],
        ],
      ],
    ]
  }

  private static let schemas: JSON = [
    "Task": TaskDocument.schema,
    "NewTask": TaskDocument.draftSchema,
    "TaskPatch": TaskDocument.patchSchema(),
    "TaskPatchOfMany": TaskDocument.patchSchema(isOneOfMany: true),
    "ExecutionRecord": ExecutionDocument.schema,
    "Job": JobDocument.schema,
    "NewJob": JobRequest.schema,
    "NewFamily": FamilySchema.schema,
    "JobResult": JobResults.schema,
    "ExecutionPatch": ExecutionDocument.patchSchema,
    "Why": WhyDocument.schema,
    "Worker": WorkerDocument.schema,
    "User": UserDocument.schema,
    "Snapshot": Schema.object([
      ("file", Schema.text), ("_created", Schema.date), ("sequence", Schema.integer), ("size", Schema.integer),
    ]),
    "Spread": Schema.object(
      [
        ("count", Schema.integer), ("mean", Schema.orNull(Schema.number)), ("p50", Schema.orNull(Schema.integer)),
        ("p90", Schema.orNull(Schema.integer)), ("p99", Schema.orNull(Schema.integer)),
        ("max", Schema.orNull(Schema.integer)),
      ], required: ["count"]),
    "Written": Envelope.writtenSchema,
    "WrittenList": Envelope.writtenListSchema,
    "Error": Envelope.errorSchema,
  ]

  private static func operation(
    _ method: HTTPRequest.Method, _ path: String, _ endpoint: RouteTable.Endpoint
  ) -> JSON {
    let operation = endpoint.operation
    var body = JSONObject()
    body["summary"] = .string(operation?.summary ?? "\(method.rawValue) \(path)")
    body["parameters"] = .array(parameters(operation))
    if let schema = operation?.body {
      body["requestBody"] = [
        "required": .bool(operation?.needsBody ?? true), "content": ["application/json": ["schema": schema]],
      ]
    }
    var responses = JSONObject()
    for answer in operation?.answers ?? [.json(200, Schema.anyObject), .json(201, Schema.anyObject)] {
      responses["\(answer.status)"] = response(answer)
    }
    for status in refusals(endpoint, path).sorted() where responses["\(status)"] == nil {
      responses["\(status)"] = response(.json(status, Schema.named("Error")))
    }
    body["responses"] = .object(responses)
    if endpoint.roles != nil { body["security"] = [["token": []], ["basic": []]] }
    return .object(body)
  }

  private static func parameters(_ operation: Operation?) -> [JSON] {
    var parameters: [JSON] = (operation?.query ?? []).map { parameter in
      [
        "name": .string(parameter.name), "in": "query", "description": .string(parameter.meaning),
        "required": .bool(parameter.isRequired), "schema": parameter.schema,
      ]
    }
    if operation?.takesKey == true {
      parameters.append([
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": Schema.text(1...IdempotencyKey.maxLength),
        "description": "The same key with the same body is answered as the first time.",
      ])
    }
    return parameters
  }

  /// The statuses of refusals: what follows from the kind of the request, and its own.
  private static func refusals(_ endpoint: RouteTable.Endpoint, _ path: String) -> Set<Int> {
    var statuses: Set<Int> = [400, 415, 422]
    if let operation = endpoint.operation {
      statuses.formUnion(operation.refusals)
      if operation.body != nil { statuses.insert(413) }
      if operation.isWrite { statuses.formUnion([403, 409, 503, 507]) }
    } else {
      statuses.formUnion([403, 409, 413, 415, 503, 507])
    }
    if endpoint.roles != nil { statuses.formUnion([401, 403, 429]) }
    if path.contains("{id}") { statuses.insert(404) }
    return statuses
  }

  private static func response(_ answer: Operation.Answer) -> JSON {
    let phrase = HTTPResponse.Status(code: answer.status).reasonPhrase
    var response: JSONObject = ["description": .string(phrase.isEmpty ? "\(answer.status)" : phrase)]
    if !answer.content.isEmpty {
      var content = JSONObject()
      for (type, schema) in answer.content { content[type] = ["schema": schema] }
      response["content"] = .object(content)
    }
    return .object(response)
  }
}
