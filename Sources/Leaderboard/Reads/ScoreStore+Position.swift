import Board
package import NIOCore
import RedisClient

extension ScoreStore {
    /// The seq of the board's last change; 0: there was none.
    package func seq(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        let text = try await read(RedisCommand("GET", keys.seq), on: eventLoop).text
        return text.flatMap { Int($0) }.flatMap(ScoreRange.checked) ?? 0
    }
}
