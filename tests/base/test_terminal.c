#include "base/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "test.h"

/** The columns of standard error where that is a terminal of so many; 0: it says none. */
static int columns_of_terminal(unsigned short columns) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        skip();
    }
    const int screen = open(ptsname(terminal), O_RDWR | O_NOCTTY), before = dup(STDERR_FILENO);
    const struct winsize size = {.ws_col = columns};
    assert_true(screen >= 0 && before >= 0 && ioctl(screen, TIOCSWINSZ, &size) == 0);
    dup2(screen, STDERR_FILENO);
    const int found = terminal_columns(STDERR_FILENO);
    dup2(before, STDERR_FILENO);
    close(before);
    close(screen);
    close(terminal);
    return found;
}

static void a_terminal_has_its_columns(void **state) {
    (void)state;
    unsetenv("COLUMNS");
    assert_int_equal(columns_of_terminal(132), 132);
    assert_int_equal(columns_of_terminal(80), 80);
    assert_int_equal(columns_of_terminal(0), 80);
    setenv("COLUMNS", "100", 1);
    assert_int_equal(columns_of_terminal(0), 100);
    assert_int_equal(columns_of_terminal(60), 60);
    setenv("COLUMNS", "-3", 1);
    assert_int_equal(columns_of_terminal(0), 80);
    unsetenv("COLUMNS");
}

static void a_pipe_is_none_but_where_a_launcher_says_so(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const int before = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    unsetenv("OMPI_COMM_WORLD_SIZE");
    setenv("CVAE_TERMINAL", "90", 1);
    const int alone = terminal_columns(STDERR_FILENO);
    // A rank whose parent is no mpirun: that of another host.
    setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
    const int rank = terminal_columns(STDERR_FILENO), output = terminal_columns(STDOUT_FILENO);
    unsetenv("CVAE_TERMINAL");
    const int untold = terminal_columns(STDERR_FILENO);
    unsetenv("OMPI_COMM_WORLD_SIZE");
    dup2(before, STDERR_FILENO);
    assert_int_equal(alone, 0);
    assert_int_equal(rank, 90);
    assert_int_equal(untold, 0);
    assert_int_equal(output, isatty(STDOUT_FILENO) ? output : 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_has_its_columns),
        cmocka_unit_test(a_pipe_is_none_but_where_a_launcher_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
