// Who holds memory: preloaded by `ops/bench/viewers --heap` into a service, whose pieces of memory it keeps in a table with the stack that asked for each.
// Where there is a file $HEAP_DUMP.begin: from now on. $HEAP_DUMP.end: writes what was asked for since then and is held still to $HEAP_DUMP,
// a line each: size, addresses. Both are deleted when it is done.
// It finds stacks by their frame pointers, which Swift keeps.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 16, CAPACITY = 1 << 22 };
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

struct piece { void *at; unsigned size, epoch; void *stack[DEPTH]; };
static struct piece *table;
static unsigned epoch;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread int is_inside;
static __thread char *stack_low, *stack_high;
static void *const gone = (void *)1;

static void walk(void **stack) {
    if (!stack_high) {
        pthread_attr_t attributes; void *low; size_t size;
        pthread_getattr_np(pthread_self(), &attributes);
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
        stack_low = low; stack_high = stack_low + size;
    }
    void **frame = __builtin_frame_address(0);
    int depth = 0;
    while (depth < DEPTH && (char *)frame > stack_low && (char *)(frame + 2) <= stack_high && frame[1]) {
        stack[depth++] = frame[1];
        if ((void **)*frame <= frame) break;
        frame = *frame;
    }
    while (depth < DEPTH) stack[depth++] = NULL;
}

static unsigned slot(void *at) { return (unsigned)(((unsigned long)at >> 4) * 11400714819323198485ul >> 42); }

static void *add(void *at) {
    if (!at || !table || is_inside) return at;
    is_inside = 1;
    void *stack[DEPTH];
    walk(stack);
    pthread_mutex_lock(&lock);
    unsigned i = slot(at);
    while (table[i].at && table[i].at != gone) i = (i + 1) & (CAPACITY - 1);
    table[i].at = at;
    table[i].size = malloc_usable_size(at) + 8;
    table[i].epoch = epoch;
    memcpy(table[i].stack, stack, sizeof stack);
    pthread_mutex_unlock(&lock);
    is_inside = 0;
    return at;
}

static void drop(void *at) {
    if (!at || !table) return;
    pthread_mutex_lock(&lock);
    for (unsigned i = slot(at); table[i].at; i = (i + 1) & (CAPACITY - 1))
        if (table[i].at == at) { table[i].at = gone; break; }
    pthread_mutex_unlock(&lock);
}

void *malloc(size_t size) { return add(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return add(__libc_calloc(count, size)); }
void *realloc(void *at, size_t size) { drop(at); return add(__libc_realloc(at, size)); }
void *memalign(size_t alignment, size_t size) { return add(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return add(__libc_memalign(alignment, size)); }
int posix_memalign(void **at, size_t alignment, size_t size) {
    void *made = add(__libc_memalign(alignment, size));
    if (made) *at = made;
    return made ? 0 : ENOMEM;
}
void free(void *at) {
    int number = errno;
    drop(at);
    __libc_free(at);
    errno = number;
}

static void write_dump(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s.new", getenv("HEAP_DUMP"));
    FILE *file = fopen(path, "w");
    if (!file) return;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < CAPACITY; i++) {
        if (!table[i].at || table[i].at == gone || table[i].epoch != epoch) continue;
        fprintf(file, "%u", table[i].size);
        for (int d = 0; d < DEPTH && table[i].stack[d]; d++) fprintf(file, " %lx", (unsigned long)table[i].stack[d]);
        fputc('\n', file);
    }
    pthread_mutex_unlock(&lock);
    fclose(file);
    rename(path, getenv("HEAP_DUMP"));
}

static int is_there(const char *what, char *path, size_t size) {
    snprintf(path, size, "%s.%s", getenv("HEAP_DUMP"), what);
    return access(path, F_OK) == 0;
}

static void *serve(void *unused) {
    char path[4096];
    is_inside = 1;
    for (;; usleep(50000)) {
        if (is_there("begin", path, sizeof path)) {
            pthread_mutex_lock(&lock);
            epoch++;
            pthread_mutex_unlock(&lock);
        } else if (is_there("end", path, sizeof path)) {
            write_dump();
        } else {
            continue;
        }
        unlink(path);
    }
    return unused;
}

__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    if (!getenv("HEAP_DUMP")) return;
    table = __libc_calloc(CAPACITY, sizeof *table);
    pthread_create(&thread, NULL, serve, NULL);
}
