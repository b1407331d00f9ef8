import CFuzzer

import Glibc

/// What `ops/fuzz` runs: one target, by libFuzzer. Its arguments are libFuzzer's; without a target it lists them.
@main
enum Fuzz {
    /// The one that `FUZZ_TARGET` names. Here, for a C function takes nothing along.
    private static let target = unsafe getenv("FUZZ_TARGET").flatMap { name in
        let name = unsafe String(cString: name)
        return FuzzTarget.all.first { $0.name == name }
    }

    static func main() {
        guard let target else {
            for target in FuzzTarget.all { print("\(target.name)\t\(target.about)") }
            return
        }
        let arguments = CommandLine.arguments
        let all = arguments.prefix(1) + target.options + arguments.dropFirst()
        exit(run(Array(all)))
    }

    private static func run(_ arguments: [String]) -> CInt {
        // SAFETY: libFuzzer keeps the arguments for as long as the process lives, and they are never freed. The bytes that it
        // hands over are only read, during the call.
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        return unsafe words.withUnsafeMutableBufferPointer { words in
            var count = CInt(arguments.count)
            var start = words.baseAddress
            return unsafe LLVMFuzzerRunDriver(&count, &start) { bytes, size in
                Fuzz.target?.run(FuzzInput(unsafe Array(UnsafeBufferPointer(start: bytes, count: size))))
                return 0
            }
        }
    }
}
