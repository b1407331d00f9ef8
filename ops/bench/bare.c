// The floor under a server that pushes by epoll: each message that is posted goes to each WebSocket by one send(), and nothing else is
// done. No rooms, no backlog, no checks beyond what keeps it from harm: for ops/bench/fanout, which builds it and drives it.
//
//   bare PORT: POST /publish (the body is the message), GET /live (a WebSocket), GET /up
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most = 65536, room = 8192 };
// What has come of a request, of a connection that is no WebSocket yet.
static struct request { char bytes[room + 1]; size_t count; } *requests[most];
// The WebSockets, one behind the other, and the place of each descriptor among them: 0 is none.
static int viewers[most], places[most], viewer_count;

static uint32_t rotated(uint32_t x, int by) { return x << by | x >> (32 - by); }

// RFC 3174, of less than 120 bytes.
static void sha1(const char *text, unsigned char digest[20]) {
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char message[128] = {0};
    size_t length = strlen(text), blocks = (length + 9 + 63) / 64;
    memcpy(message, text, length);
    message[length] = 0x80;
    message[blocks * 64 - 1] = (unsigned char)(length << 3);
    message[blocks * 64 - 2] = (unsigned char)(length >> 5);
    for (size_t block = 0; block < blocks; block++) {
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++) {
            const unsigned char *at = message + block * 64 + i * 4;
            w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        }
        for (int i = 16; i < 80; i++) w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
            uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
            uint32_t next = rotated(a, 5) + f + e + k + w[i];
            e = d, d = c, c = rotated(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (unsigned char)(h[i / 4] >> (24 - i % 4 * 8));
}

// RFC 6455, section 4.2.2.
static void acceptance(const char *key, char accept[29]) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[64];
    unsigned char digest[21] = {0};
    snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    sha1(text, digest);
    for (int i = 0; i < 7; i++) {
        uint32_t three = (uint32_t)digest[i * 3] << 16 | (uint32_t)digest[i * 3 + 1] << 8 | digest[i * 3 + 2];
        for (int j = 0; j < 4; j++) accept[i * 4 + j] = letters[three >> (18 - j * 6) & 63];
    }
    accept[27] = '=';
    accept[28] = 0;
}

static void end(int descriptor) {
    if (places[descriptor]) {
        int last = viewers[--viewer_count];
        viewers[places[descriptor] - 1] = last;
        places[last] = places[descriptor];
        places[descriptor] = 0;
    }
    free(requests[descriptor]);
    requests[descriptor] = NULL;
    close(descriptor);
}

// Who takes less than all is let go: the benchmark has nobody who does not read.
static int say(int descriptor, const char *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL) == (ssize_t)count;
}

static void publish(const char *body, size_t length) {
    char frame[room + 4] = {(char)0x81};
    size_t head = length < 126 ? 2 : 4;
    frame[1] = (char)(length < 126 ? length : 126);
    if (length > 125) frame[2] = (char)(length >> 8), frame[3] = (char)length;
    memcpy(frame + head, body, length);
    for (int i = viewer_count - 1; i >= 0; i--)
        if (!say(viewers[i], frame, head + length)) end(viewers[i]);
}

// The value of a header, or nothing.
static const char *header(const char *head, const char *name) {
    const char *line = strcasestr(head, name);
    return line ? line + strlen(name) + strspn(line + strlen(name), " ") : NULL;
}

// Takes the first request, if it is whole. 0: there is none. -1: the connection is to be closed.
static int answer(int descriptor, struct request *request) {
    char *body = strstr(request->bytes, "\r\n\r\n");
    if (!body) return request->count == room ? -1 : 0;
    body += 4;
    *(body - 2) = 0;
    const char *declared = header(request->bytes, "\ncontent-length:"), *key = header(request->bytes, "\nsec-websocket-key:");
    size_t length = declared ? strtoul(declared, NULL, 10) : 0, head = (size_t)(body - request->bytes);
    if (length > room - head) return -1;
    if (request->count < head + length) {
        *(body - 2) = '\r';
        return 0;
    }
    if (key && strlen(key) >= 24) {
        char text[256], accept[29];
        acceptance(key, accept);
        int count = snprintf(text, sizeof text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
        viewers[viewer_count++] = descriptor;
        places[descriptor] = viewer_count;
        free(request);
        requests[descriptor] = NULL;
        return say(descriptor, text, (size_t)count) ? 0 : -1;
    }
    if (strncmp(request->bytes, "POST ", 5) == 0) publish(body, length);
    static const char done[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    request->count -= head + length;
    memmove(request->bytes, body + length, request->count);
    request->bytes[request->count] = 0;
    return say(descriptor, done, sizeof done - 1) ? 1 : -1;
}

static void readable(int descriptor) {
    struct request *request = requests[descriptor];
    if (!request) {
        // Pongs and the like.
        char ignored[room];
        ssize_t count = recv(descriptor, ignored, sizeof ignored, 0);
        if (count == 0 || (count < 0 && errno != EAGAIN)) end(descriptor);
        return;
    }
    ssize_t count = recv(descriptor, request->bytes + request->count, room - request->count, 0);
    if (count <= 0) {
        if (count == 0 || errno != EAGAIN) end(descriptor);
        return;
    }
    request->count += (size_t)count;
    request->bytes[request->count] = 0;
    int result;
    while ((result = answer(descriptor, request)) > 0) {}
    if (result < 0) end(descriptor);
}

static void take(int epoll, int listener) {
    int descriptor, one = 1;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
        if (descriptor >= most || !(requests[descriptor] = calloc(1, sizeof(struct request)))) {
            close(descriptor);
            continue;
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) end(descriptor);
    }
}

int main(int count, char **words) {
    if (count != 2) return fprintf(stderr, "usage: bare PORT\n"), 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC), one = 1;
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listener};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0
        || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0)
        return perror("bare"), 1;
    for (;;) {
        int ready = epoll_wait(epoll, events, 256, -1), comes = 0;
        for (int i = 0; i < ready; i++) {
            int descriptor = events[i].data.fd;
            // Who was let go in this turn, by a message before, has no event any more: its number is taken at the end of the turn.
            if (descriptor == listener) comes = 1;
            else if (requests[descriptor] || places[descriptor]) readable(descriptor);
        }
        if (comes) take(epoll, listener);
    }
}
