// liburing.h asks glibc for what X/Open has, which changes types that other modules have, too (fd_set of CNIOLinux): two that differ cannot be
// in one program. What comes first decides, and asks for nothing.
#include <sys/types.h>
// So does the kernel's own description, which CSystem of swift-system has: it takes the place of liburing's copy.
#include <linux/io_uring.h>
#include <liburing.h>
