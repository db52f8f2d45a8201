import BanyanCore

/// The core's user: everybody in this module means it.
typealias User = BanyanCore.User
/// The core's role.
typealias Role = BanyanCore.Role
