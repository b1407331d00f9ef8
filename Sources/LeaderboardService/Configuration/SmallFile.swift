import SystemPackage

import Glibc

/// Why a file cannot be read, in words that go on from it. They quote nothing of it.
struct FileTrouble: Error, Equatable, CustomStringConvertible {
    let description: String

    static let missing = FileTrouble(description: "is not there")
    static let danglingLink = FileTrouble(description: "is a link to a file that is not there")
    static let folder = FileTrouble(description: "is a folder, not a file")
    /// A pipe that nobody writes, a socket: to read it could take for ever.
    static let noFile = FileTrouble(description: "is no file")
    static let notUTF8 = FileTrouble(description: "is not UTF-8")
}

/// A file of settings, a secret or keys: read at once, up to a bound.
enum SmallFile {
    static func bytes(of path: String, maximum: Int) throws(FileTrouble) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
            return try file.closeAfter { try read(file, maximum: maximum) }
        } catch let trouble as FileTrouble {
            throw trouble
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            throw isLink(path) ? .danglingLink : .missing
        } catch Errno.tooManySymbolicLinkLevels {
            throw FileTrouble(description: "is a link that leads back to itself")
        } catch Errno.permissionDenied {
            throw FileTrouble(description: "may not be read by this user")
        } catch {
            throw FileTrouble(description: "cannot be read: \((error as? Errno)?.description ?? "no reason is known")")
        }
    }

    /// The same as text, without the mark that some editors put before it (U+FEFF).
    static func text(of path: String, maximum: Int) throws(FileTrouble) -> String {
        try text(bytes(of: path, maximum: maximum))
    }

    static func text(_ bytes: [UInt8]) throws(FileTrouble) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        // SAFETY: the call fills the local variable that it is given.
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func read(_ file: FileDescriptor, maximum: Int) throws -> [UInt8] {
        var status = stat()
        // SAFETY: the call fills the local variable that it is given.
        guard unsafe fstat(file.rawValue, &status) == 0 else { throw FileTrouble.noFile }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFCHR: break
        case S_IFDIR: throw FileTrouble.folder
        default: throw FileTrouble.noFile
        }
        // One byte more tells that there is more.
        let bytes = unsafe try [UInt8](unsafeUninitializedCapacity: maximum + 1) { buffer, count in
            while count < maximum + 1 {
                // SAFETY: the rest of the array's own buffer, for the call only.
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]
                )
                let length = unsafe try file.read(into: rest)
                guard length > 0 else { return }
                count += length
            }
        }
        guard bytes.count <= maximum else {
            throw FileTrouble(description: "is larger than \(maximum) bytes")
        }
        return bytes
    }
}
