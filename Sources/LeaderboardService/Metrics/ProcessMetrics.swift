import Text

import Glibc

/// What the kernel says of this process, under the names that Prometheus' own client libraries use.
enum ProcessMetrics {
    struct Sample {
        let definition: MetricDefinition
        let value: Double
    }

    /// Read anew each time, in about 50 µs; what this system does not tell is left out.
    static func samples() -> [Sample] {
        let memory = fields(of: "/proc/self/statm")
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        return [
            sample(.counter("process_cpu_seconds_total", "CPU time spent, user and system, in seconds."), cpuSeconds),
            sample(.gauge("process_max_fds", "Most file descriptors that may be open."), maximumDescriptors),
            sample(.gauge("process_open_fds", "File descriptors that are open."), openDescriptors),
            sample(
                .gauge("process_resident_memory_bytes", "Memory in use, in bytes."),
                memory.count > 1 ? memory[1] * page : nil
            ),
            sample(.gauge("process_start_time_seconds", "When the process started, in seconds since 1970."), startTime),
            sample(.gauge("process_virtual_memory_bytes", "Address space, in bytes."), memory.first.map { $0 * page }),
        ].compactMap(\.self)
    }

    private static func sample(_ definition: MetricDefinition, _ value: Double?) -> Sample? {
        value.map { Sample(definition: definition, value: $0) }
    }

    private static var cpuSeconds: Double? {
        var time = timespec()
        // SAFETY: here and below, the call fills the local variable that it is given.
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var maximumDescriptors: Double? { DescriptorLimit.read().map { Double($0.current) } }

    /// The size of `/proc/self/fd` is their number since Linux 6.2; before it is 0, and they have to be listed.
    private static var openDescriptors: Double? {
        var status = stat()
        guard unsafe stat("/proc/self/fd", &status) == 0 else { return nil }
        return Double(status.st_size > 0 ? Int(status.st_size) : Processes.ownDescriptors.count)
    }

    /// The moment of the start in ticks since boot, added to the moment of the boot.
    private static let startTime: Double? = {
        guard let status = text(of: "/proc/self/stat"), case (_?, let fields) = status.cut(atLast: ")") else {
            return nil
        }
        let ticks = fields.words.dropFirst(19).first.flatMap { Double($0) }
        let boot = text(of: "/proc/stat")?.parts(at: "\n").first { $0.hasPrefix("btime ") }
        guard let ticks, let boot, let bootTime = Double(boot.dropFirst(6)) else { return nil }
        return bootTime + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func fields(of path: String) -> [Double] {
        (text(of: path) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    /// The first 64 KiB of a file.
    private static func text(of path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            // SAFETY: `read` fills at most the buffer, and says how much of it.
            unsafe count = max(0, read(file, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
