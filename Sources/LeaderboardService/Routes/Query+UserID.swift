import HTTPServer

extension Query {
    /// The values of `user_id`. No id has a blank in it: a plus sign that was sent as it is stands for itself.
    var userIDs: [String] {
        valuesWithPlus("user_id")
    }
}
