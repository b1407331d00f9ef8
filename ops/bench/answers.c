// Whether the answers of one turn of a loop should leave in one submission of io_uring: what an answer of 220 bytes costs a server that
// reads requests of 400 and answers each by `send`, and one that answers all of a turn by a ring. Closed loop on loopback; the client is
// another thread. Prints CPU µs of the server's thread an answer (epoll_wait and recv included), for each of three rounds:
// cc -O2 -o /tmp/answers ops/bench/answers.c -luring && /tmp/answers
#define _GNU_SOURCE
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAXIMUM = 256, REQUEST = 400, ANSWER = 220 };
static struct { int listener, connections, by_ring; atomic_int stops; long answers, turns; double cpu; } run;
static char bytes[4096];

static void check(int result, const char *what) { if (result < 0) { perror(what); exit(1); } }
static double thread_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void watch(int epoll, int descriptor) {
    int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

static void *serve(void *unused) {
    int descriptors[MAXIMUM], epoll = epoll_create1(0);
    struct io_uring ring;
    struct epoll_event events[MAXIMUM];
    char request[REQUEST];
    if (run.by_ring)
        check(io_uring_queue_init(512, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL), "io_uring");
    for (int i = 0; i < run.connections; i++) {
        check(descriptors[i] = accept(run.listener, NULL, NULL), "accept");
        watch(epoll, descriptors[i]);
    }
    double start = thread_cpu();
    while (!run.stops) {
        int ready[MAXIMUM], count = 0, there = epoll_wait(epoll, events, MAXIMUM, 100);
        for (int i = 0; i < there; i++)
            if (recv(events[i].data.fd, request, sizeof request, MSG_DONTWAIT) > 0) ready[count++] = events[i].data.fd;
        for (int i = 0; i < count; i++) {
            if (run.by_ring) io_uring_prep_send(io_uring_get_sqe(&ring), ready[i], bytes, ANSWER, MSG_NOSIGNAL | MSG_DONTWAIT);
            else send(ready[i], bytes, ANSWER, MSG_NOSIGNAL);
        }
        if (run.by_ring && count) {
            struct io_uring_cqe *done;
            check(io_uring_submit(&ring), "io_uring_submit");
            for (int i = 0; i < count && io_uring_wait_cqe(&ring, &done) == 0; i++) io_uring_cqe_seen(&ring, done);
        }
        run.answers += count;
        run.turns += count > 0;
    }
    run.cpu = thread_cpu() - start;
    for (int i = 0; i < run.connections; i++) close(descriptors[i]);
    if (run.by_ring) io_uring_queue_exit(&ring);
    close(epoll);
    return unused;
}

static void measure(int connections, int by_ring) {
    int descriptors[MAXIMUM], epoll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event events[MAXIMUM];
    char answer[ANSWER];
    socklen_t length = sizeof address;
    pthread_t server;
    run.connections = connections; run.by_ring = by_ring; run.stops = 0; run.answers = run.turns = 0;
    check(run.listener = socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(run.listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(run.listener, MAXIMUM), "listen");
    getsockname(run.listener, (struct sockaddr *)&address, &length);
    pthread_create(&server, NULL, serve, NULL);
    for (int i = 0; i < connections; i++) {
        check(descriptors[i] = socket(AF_INET, SOCK_STREAM, 0), "socket");
        check(connect(descriptors[i], (struct sockaddr *)&address, sizeof address), "connect");
        watch(epoll, descriptors[i]);
    }
    for (int i = 0; i < connections; i++) send(descriptors[i], bytes, REQUEST, MSG_NOSIGNAL);
    for (double end = now() + 1; now() < end;)
        for (int i = 0, there = epoll_wait(epoll, events, MAXIMUM, 100); i < there; i++)
            if (recv(events[i].data.fd, answer, sizeof answer, MSG_DONTWAIT) > 0) send(events[i].data.fd, bytes, REQUEST, MSG_NOSIGNAL);
    run.stops = 1;
    pthread_join(server, NULL);
    for (int i = 0; i < connections; i++) close(descriptors[i]);
    close(epoll);
    close(run.listener);
    printf("%4d connections, %s: %5.2f µs an answer, %5.1f answers a turn\n", connections, by_ring ? "ring" : "send",
        run.cpu / run.answers * 1e6, (double)run.answers / run.turns);
}

int main(void) {
    for (int round = 0; round < 3; round++)
        for (int connections = 1; connections <= MAXIMUM; connections *= 4)
            if (connections != 4) { measure(connections, 0); measure(connections, 1); }
}
