// The system's types as every other module has them: liburing would ask for those of _XOPEN_SOURCE, where fd_set is another.
#include <sys/types.h>
// The kernel's own description comes first, in the place of liburing's copy of it: other modules (CSystem of swift-system) have it, too,
// and two that differ cannot be in one program.
#include <linux/io_uring.h>
#include <liburing.h>
