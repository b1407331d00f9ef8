#include <stddef.h>
#include <stdint.h>

/// libFuzzer's main, which calls back for each input (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
