/*
 * cli: the command line. The only room that prints and picks the exit status.
 *
 *   option.def options.c   what can be said, and how it is read
 *   help.c completion.c    what is told about it
 *   reading.c              what all commands do with a capture
 *   cmd_*.c                the commands
 */
#ifndef SYNSCOPE_CLI_H
#define SYNSCOPE_CLI_H

/* argv is put into another order, as getopt_long does. Returns the exit status. */
int cli_main(int argc, char **argv);

#endif
