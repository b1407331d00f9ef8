import Text
import Foundation
import HTTPServer
import Leaderboard

/// Checks JSON against the part of JSON Schema that our descriptions use. A keyword that it does not know is a complaint
/// too, so that a schema cannot promise what nobody checks.
struct JSONSchema {
    /// The document that references point into.
    let root: JSONValue

    /// These say nothing of the value.
    private static let silent: Set = ["description", "title", "default", "examples", "additionalItems"]

    /// What is wrong with the value; empty: nothing.
    func complaints(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
        guard let rules = schema.object else { return ["\(path): no schema"] }
        return rules.members.flatMap { rule -> [String] in
            switch rule.name {
            case "$ref": return complaints(value, resolve(schema), at: path)
            case "properties":
                return rule.value.members.flatMap { name, schema -> [String] in
                    guard let member = value[name] else { return [] }
                    return complaints(member, schema, at: "\(path).\(name)")
                }
            case "items":
                return (value.array ?? []).enumerated().flatMap { index, item -> [String] in
                    let tuple = rule.value.array
                    let schema = tuple.map { index < $0.count ? $0[index] : rules["additionalItems"] } ?? rule.value
                    guard let schema else { return ["\(path)[\(index)]: too many"] }
                    return complaints(item, schema, at: "\(path)[\(index)]")
                }
            default:
                guard let isRight = isRight(value, rule.name, rule.value, rules) else {
                    return ["\(path): the keyword \(rule.name) is not checked"]
                }
                return isRight ? [] : ["\(path): \(value) is against \(rule)"]
            }
        }
    }

    /// What `#/…` names; anything else is itself.
    func resolve(_ given: JSONValue) -> JSONValue {
        guard let reference = given["$ref"]?.string else { return given }
        let names = reference.dropFirst(2).split(separator: "/")
        let found = names.reduce(root as JSONValue?) { found, name in
            found?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
        return found.map(resolve) ?? .null
    }

    private static func isFormatted(_ text: String, _ format: String) -> Bool {
        switch format {
        case "ipv4": IPAddress(text)?.isIPv4 ?? false
        case "ipv6": IPAddress(text).map { !$0.isIPv4 } ?? false
        case "date-time": (try? Date(text, strategy: .iso8601)) != nil
        default: false
        }
    }

    /// Nil: the keyword is unknown.
    private func isRight(_ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ rules: JSONObject) -> Bool? {
        switch keyword {
        case "type": (rule.array ?? [rule]).contains { value.isType($0.string ?? "") }
        case "const": value == rule
        case "enum": rule.array?.contains(value) ?? false
        case "pattern": value.string.map { $0.isMatch(of: rule.string ?? "") } ?? true
        case "format": value.string.map { Self.isFormatted($0, rule.string ?? "") } ?? true
        case "maxLength": value.string.map { $0.count <= rule.integer ?? .min } ?? true
        case "minLength": value.string.map { $0.count >= rule.integer ?? .max } ?? true
        case "minimum": value.number.map { ($0.double ?? 0) >= Double(rule.integer ?? .max) } ?? true
        case "maximum": value.number.map { ($0.double ?? 0) <= Double(rule.integer ?? .min) } ?? true
        case "minItems": value.array.map { $0.count >= rule.integer ?? .max } ?? true
        case "maxItems": value.array.map { $0.count <= rule.integer ?? .min } ?? true
        case "required": value.object == nil || (rule.array ?? []).allSatisfy { value[$0.string ?? ""] != nil }
        case "dependentRequired":
            rule.members.allSatisfy { name, others in
                value[name] == nil || (others.array ?? []).allSatisfy { value[$0.string ?? ""] != nil }
            }
        case "anyOf": (rule.array ?? []).contains { complaints(value, $0).isEmpty }
        case "oneOf": (rule.array ?? []).count { complaints(value, $0).isEmpty } == 1
        case "additionalProperties":
            value.members.filter { rules["properties"]?[$0.name] == nil }
                .allSatisfy { rule != .bool(false) && complaints($0.value, rule).isEmpty }
        default: Self.silent.contains(keyword) ? true : nil
        }
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue? { object?[name] }

    /// The members of an object; none of anything else.
    var members: [(name: String, value: JSONValue)] { object?.members.map { ($0.name, $0.value) } ?? [] }

    fileprivate func isType(_ name: String) -> Bool {
        switch self {
        case .object: name == "object"
        case .array: name == "array"
        case .string: name == "string"
        case .number: name == "number" || (name == "integer" && integer != nil)
        case .bool: name == "boolean"
        case .null: name == "null"
        }
    }
}

extension String {
    fileprivate func isMatch(of pattern: String) -> Bool {
        guard let regex = try? Regex(pattern) else { return false }
        return firstMatch(of: regex) != nil
    }
}
