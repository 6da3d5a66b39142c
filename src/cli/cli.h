/**
 * The command line.
 */
#ifndef CVAE_CLI_H
#define CVAE_CLI_H

/** Runs the program; returns its exit status. Collective when a launcher started several ranks. */
int cli_run(int argument_count, char **arguments);

#endif
