@main
struct LeaderboardCommand {
    static func main() {}
}
