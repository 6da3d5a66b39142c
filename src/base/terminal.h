/**
 * The terminal that a standard stream leads to, as far as there is one. Local; fine for any thread.
 */
#ifndef CVAE_TERMINAL_H
#define CVAE_TERMINAL_H

/**
 * The columns of the terminal that a stream leads to (STDOUT_FILENO, STDERR_FILENO); 0: it leads to none.
 *
 * Under mpirun a rank has pipes. They lead to a terminal where mpirun's own stream does: mpirun is the parent
 * of the ranks of its own host, and is asked there. The launchers tell ranks of other hosts, by CVAE_TERMINAL
 * with the columns of standard error. mpirun that marks each line (--tag-output) shows no terminal.
 */
int terminal_columns(int stream);

#endif
