/* Stands between a process and the system (LD_PRELOAD), for files whose path fits.
 *
 * It makes the n-th call of a kind fail, or writes down every change of files, in the order in
 * which the system has made them, so that a power cut can be played back (see replay.py).
 * A path is asked of /proc at every call: slow, and right after any dup, rename and fork.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST 4096
/* The function that would have been called without us. */
#define REAL(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&name) real;                                                             \
        if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                              \
        real;                                                                                      \
    })

/* ------------------------------------------------------------------------------- failing calls */

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static char wanted_call[16], wanted_path[LONGEST];
static long first, last, seen;
static int with_errno, torn;

/* The calls number `nth` to `nth + span - 1` fail with `error`. `tear`: a write that fails has
 * written half of its bytes; with error 0 it says so, as a short write. */
void lab_arm(const char *call, const char *path, long nth, long span, int error, int tear) {
    pthread_mutex_lock(&counting);
    snprintf(wanted_call, sizeof wanted_call, "%s", call);
    snprintf(wanted_path, sizeof wanted_path, "%s", path);
    first = nth, last = nth + span - 1, seen = 0, with_errno = error, torn = tear;
    pthread_mutex_unlock(&counting);
}

/* Answers how many calls failed, and lets all succeed from now on. */
long lab_disarm(void) {
    pthread_mutex_lock(&counting);
    long upto = seen < last ? seen : last, struck = upto < first ? 0 : upto - first + 1;
    if (!wanted_call[0]) struck = 0;
    wanted_call[0] = 0;
    pthread_mutex_unlock(&counting);
    return struck;
}

static int strikes(const char *call, const char *path) {
    int hit = 0;
    if (!wanted_call[0] || !path[0]) return 0;
    pthread_mutex_lock(&counting);
    if (!strcmp(call, wanted_call) && !fnmatch(wanted_path, path, 0)) {
        seen++;
        hit = first <= seen && seen <= last;
    }
    pthread_mutex_unlock(&counting);
    return hit;
}

/* -------------------------------------------------------------------------------------- paths */

static void path_of(int fd, char *path) {
    char link[64];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, LONGEST - 1);
    path[length < 0 ? 0 : length] = 0;
    errno = kept;
}

static void path_at(int dirfd, const char *name, char *path) {
    char folder[LONGEST] = "";
    if (name[0] == '/') {
        snprintf(path, LONGEST, "%s", name);
        return;
    }
    if (dirfd != AT_FDCWD) path_of(dirfd, folder);
    else if (!getcwd(folder, sizeof folder)) folder[0] = 0;
    if (snprintf(path, LONGEST, "%.2000s/%.2000s", folder, name) >= LONGEST) path[0] = 0;
}

/* ------------------------------------------------------------------------------------- the log */

static int log_fd = -1, log_pid;
static const char *log_root;

struct event {
    char kind; /* Open new, Write, Truncate, Sync, Mkdir, Rename, Unlink, Note */
    char unused[7];
    uint64_t inode, offset;
    uint32_t first, second, data; /* lengths of what follows */
    uint32_t unused_too;
};

__attribute__((constructor)) static void begin(void) { log_root = getenv("LAB_ROOT"); }

static int is_logged(const char *path) {
    if (!log_root) return 0;
    size_t length = strlen(path), root = strlen(log_root);
    /* The shared memory of SQLite does not outlive the system. */
    if (length > 4 && !strcmp(path + length - 4, "-shm")) return 0;
    return !strncmp(path, log_root, root) && (path[root] == '/' || !path[root]);
}

/* Held from before the call until it is written down: threads and processes in one order. */
static void take(void) {
    pthread_mutex_lock(&counting);
    if (log_pid != getpid()) {
        log_fd = REAL(open64)(getenv("LAB_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        log_pid = getpid();
    }
    flock(log_fd, LOCK_EX);
}

static void give(void) {
    int kept = errno;
    flock(log_fd, LOCK_UN);
    pthread_mutex_unlock(&counting);
    errno = kept;
}

static void put(char kind, uint64_t inode, uint64_t offset, const char *a, const char *b,
                const void *data, size_t length) {
    int kept = errno;
    struct event event = {.kind = kind, .inode = inode, .offset = offset};
    event.first = strlen(a), event.second = strlen(b), event.data = length;
    size_t size = sizeof event + event.first + event.second + length;
    char *line = malloc(size), *end = line;
    end = mempcpy(end, &event, sizeof event);
    end = mempcpy(end, a, event.first);
    end = mempcpy(end, b, event.second);
    memcpy(end, data, length);
    if (REAL(write)(log_fd, line, size) != (ssize_t)size) abort();
    free(line);
    errno = kept;
}

static uint64_t inode_of(int fd) {
    struct stat status;
    return fstat(fd, &status) ? 0 : status.st_ino;
}

/* The program's own word in the log: from here on a result counts as acknowledged. */
void lab_note(const char *text) {
    take();
    put('N', 0, 0, text, "", "", 0);
    give();
}

/* ------------------------------------------------------------------------ calls with descriptors */

static int is_watching(void) { return wanted_call[0] || log_root; }

static ssize_t put_out(int fd, const void *data, size_t size, off64_t offset) {
    return offset < 0 ? REAL(write)(fd, data, size) : REAL(pwrite64)(fd, data, size, offset);
}

/* A negative offset: where the descriptor stands. */
static ssize_t do_write(int fd, const void *data, size_t size, off64_t offset) {
    char path[LONGEST] = "";
    if (is_watching()) path_of(fd, path);
    if (strikes("write", path)) {
        ssize_t done = torn ? put_out(fd, data, (size + 1) / 2, offset) : 0;
        if (!with_errno) return done;
        errno = with_errno;
        return -1;
    }
    if (!is_logged(path)) return put_out(fd, data, size, offset);
    take();
    off64_t at = offset < 0 ? lseek64(fd, 0, SEEK_CUR) : offset;
    ssize_t done = put_out(fd, data, size, offset);
    if (done > 0) put('W', inode_of(fd), at, "", "", data, done);
    give();
    return done;
}

ssize_t write(int fd, const void *data, size_t size) { return do_write(fd, data, size, -1); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return do_write(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return do_write(fd, data, size, at);
}

static int fails(const char *call, int fd) {
    char path[LONGEST] = "";
    if (wanted_call[0]) path_of(fd, path);
    if (!strikes(call, path)) return 0;
    errno = with_errno;
    return 1;
}

ssize_t read(int fd, void *data, size_t size) {
    return fails("read", fd) ? -1 : REAL(read)(fd, data, size);
}
ssize_t pread(int fd, void *data, size_t size, off_t at) {
    return fails("read", fd) ? -1 : REAL(pread)(fd, data, size, at);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
    return fails("read", fd) ? -1 : REAL(pread64)(fd, data, size, at);
}

/* What was written before the call began is on the disk when it ends. */
static int do_sync(int fd, int (*real)(int)) {
    char path[LONGEST] = "";
    if (fails("sync", fd)) return -1;
    if (log_root) path_of(fd, path);
    if (!is_logged(path)) return real(fd);
    take();
    int failed = real(fd);
    if (!failed) put('S', inode_of(fd), 0, path, "", "", 0);
    give();
    return failed;
}

int fsync(int fd) { return do_sync(fd, REAL(fsync)); }
int fdatasync(int fd) { return do_sync(fd, REAL(fdatasync)); }

static int do_truncate(int fd, off64_t size) {
    char path[LONGEST] = "";
    if (fails("truncate", fd)) return -1;
    if (log_root) path_of(fd, path);
    if (!is_logged(path)) return REAL(ftruncate64)(fd, size);
    take();
    int failed = REAL(ftruncate64)(fd, size);
    if (!failed) put('T', inode_of(fd), size, "", "", "", 0);
    give();
    return failed;
}

int ftruncate(int fd, off_t size) { return do_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) { return do_truncate(fd, size); }

/* ------------------------------------------------------------------------------ calls with names */

static int do_open(int dirfd, const char *name, int flags, mode_t mode) {
    char path[LONGEST] = "";
    struct stat status;
    if (is_watching()) path_at(dirfd, name, path);
    if (strikes(flags & O_CREAT ? "create" : "open", path)) {
        errno = with_errno;
        return -1;
    }
    if (!(flags & (O_CREAT | O_TRUNC)) || !is_logged(path))
        return REAL(openat64)(dirfd, name, flags, mode);
    take();
    int is_new = lstat(path, &status);
    int fd = REAL(openat64)(dirfd, name, flags, mode);
    if (fd >= 0 && is_new) put('O', inode_of(fd), 0, path, "", "", 0);
    else if (fd >= 0 && flags & O_TRUNC) put('T', inode_of(fd), 0, "", "", "", 0);
    give();
    return fd;
}

#define MODE                                                                                       \
    mode_t mode = 0;                                                                               \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                           \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *name, int flags, ...) {
    MODE return do_open(AT_FDCWD, name, flags, mode);
}
int open64(const char *name, int flags, ...) {
    MODE return do_open(AT_FDCWD, name, flags | O_LARGEFILE, mode);
}
int openat(int dirfd, const char *name, int flags, ...) {
    MODE return do_open(dirfd, name, flags, mode);
}
int openat64(int dirfd, const char *name, int flags, ...) {
    MODE return do_open(dirfd, name, flags | O_LARGEFILE, mode);
}

int mkdirat(int dirfd, const char *name, mode_t mode) {
    char path[LONGEST] = "";
    struct stat status;
    if (is_watching()) path_at(dirfd, name, path);
    if (strikes("mkdir", path)) {
        errno = with_errno;
        return -1;
    }
    if (!is_logged(path)) return REAL(mkdirat)(dirfd, name, mode);
    take();
    int failed = REAL(mkdirat)(dirfd, name, mode);
    if (!failed && !lstat(path, &status)) put('M', status.st_ino, 0, path, "", "", 0);
    give();
    return failed;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int renameat(int from, const char *name, int to, const char *new_name) {
    char path[LONGEST] = "", new_path[LONGEST] = "";
    if (is_watching()) path_at(from, name, path), path_at(to, new_name, new_path);
    if (strikes("rename", new_path)) {
        errno = with_errno;
        return -1;
    }
    if (!is_logged(path)) return REAL(renameat)(from, name, to, new_name);
    take();
    int failed = REAL(renameat)(from, name, to, new_name);
    if (!failed) put('R', 0, 0, path, new_path, "", 0);
    give();
    return failed;
}
int rename(const char *name, const char *new_name) {
    return renameat(AT_FDCWD, name, AT_FDCWD, new_name);
}

int unlinkat(int dirfd, const char *name, int flags) {
    char path[LONGEST] = "";
    if (is_watching()) path_at(dirfd, name, path);
    if (strikes("unlink", path)) {
        errno = with_errno;
        return -1;
    }
    if (!is_logged(path)) return REAL(unlinkat)(dirfd, name, flags);
    take();
    int failed = REAL(unlinkat)(dirfd, name, flags);
    if (!failed) put('U', 0, 0, path, "", "", 0);
    give();
    return failed;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
