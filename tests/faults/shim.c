/**
 * A library to preload: file-system calls of a program that fail, or wait, on request. The environment says
 * which:
 *
 *   FAULT_CALL    write, fsync, fdatasync, rename, symlink, link or memfd_create; or several, with blanks
 * between FAULT_NAME    a part of the path; of a rename or a link, of the new one. Other files are left
 * alone. FAULT_FROM    the first of these calls that is concerned, from 1 (default 1) FAULT_TO      the last
 * one (default: FAULT_FROM; 0: none is the last) FAULT_ERRNO   the number it fails with (default: EIO)
 *   FAULT_HOLD    in place of failing: the file FAULT_HOLD.held is made, and the call waits until there is a
 *                 file FAULT_HOLD.go; then it is done
 *
 * A write that is to fail, or to wait, writes the first half of its bytes before it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int calls;

static int number(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/** FAULT_HOLD with an ending. */
static bool is_held(char path[PATH_MAX], const char *ending) {
    const char *hold = getenv("FAULT_HOLD");
    return hold && snprintf(path, PATH_MAX, "%s.%s", hold, ending) < PATH_MAX;
}

static void hold_on(void) {
    char held[PATH_MAX], go[PATH_MAX];
    if (!is_held(held, "held") || !is_held(go, "go")) {
        return;
    }
    close(open(held, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    while (access(go, F_OK) != 0) {
        usleep(1000);
    }
}

static bool is_among(const char *call, const char *calls) {
    const size_t length = strlen(call);
    for (const char *found = calls; (found = strstr(found, call)); found++) {
        if ((found == calls || found[-1] == ' ') && (found[length] == '\0' || found[length] == ' ')) {
            return true;
        }
    }
    return false;
}

/** Whether this call is to fail or to wait. */
static bool is_concerned(const char *call, const char *path) {
    const char *wanted = getenv("FAULT_CALL"), *name = getenv("FAULT_NAME");
    if (!wanted || !name || !is_among(call, wanted) || !strstr(path, name)) {
        return false;
    }
    const int count = atomic_fetch_add(&calls, 1) + 1, from = number("FAULT_FROM", 1);
    const int to = number("FAULT_TO", from);
    return count >= from && (to <= 0 || count <= to);
}

/** In a call that is concerned: waits if it is to wait, and returns true; else sets errno to what it fails
 * with. */
static bool holds(void) {
    const bool is_held = getenv("FAULT_HOLD");
    if (is_held) {
        hold_on();
    }
    errno = number("FAULT_ERRNO", EIO);
    return is_held;
}

static bool must_fail(const char *call, const char *path) {
    return is_concerned(call, path) && !holds();
}

static bool is_concerned_with(const char *call, int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const int kept = errno;
    const ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    path[length > 0 ? length : 0] = '\0';
    return is_concerned(call, path);
}

static bool must_fail_with(const char *call, int descriptor) {
    return is_concerned_with(call, descriptor) && !holds();
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    if (is_concerned_with("write", descriptor)) {
        const size_t half = size / 2;
        syscall(SYS_write, descriptor, bytes, half);
        if (!holds()) {
            return -1;
        }
        const ssize_t rest = syscall(SYS_write, descriptor, (const char *)bytes + half, size - half);
        return rest < 0 ? rest : (ssize_t)half + rest;
    }
    return syscall(SYS_write, descriptor, bytes, size);
}

int fsync(int descriptor) {
    return must_fail_with("fsync", descriptor) ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    return must_fail_with("fdatasync", descriptor) ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

int memfd_create(const char *name, unsigned int flags) {
    return must_fail("memfd_create", name) ? -1 : (int)syscall(SYS_memfd_create, name, flags);
}

int symlink(const char *target, const char *path) {
    return must_fail("symlink", path) ? -1 : (int)syscall(SYS_symlink, target, path);
}

int link(const char *from, const char *to) {
    return must_fail("link", to) ? -1 : (int)syscall(SYS_link, from, to);
}

int rename(const char *from, const char *to) {
    return must_fail("rename", to) ? -1 : (int)syscall(SYS_rename, from, to);
}
