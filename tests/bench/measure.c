/*
 * measure: what a command costs, as the kernel counts it.
 *
 *     measure [-n RUNS] [-t CPU_SECONDS] [-m MEGABYTES] [-p] COMMAND...
 *
 * Prints CPU seconds (user and system; the median), seconds by the clock (the
 * median) and the peak of resident memory in kB (the highest). Output goes to
 * /dev/null, with -p through a pipe, whose reader is not counted. A command
 * that fails, or wants more time or memory than it may have, makes us fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 99 };

struct limits {
	rlim_t cpu_s;
	rlim_t memory_mb;
};

struct cost {
	double cpu_s;
	double wall_s;
	long peak_kb;
	int status;
};

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* A child that reads until the end and throws it away. */
static pid_t
start_reader(int fds[2])
{
	static char buffer[1 << 16];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(fds[1]);
	while (read(fds[0], buffer, sizeof(buffer)) > 0)
		;
	_exit(0);
}

static void
become(char **command, int output, const struct limits *limits)
{
	struct rlimit cpu = { limits->cpu_s, limits->cpu_s };
	struct rlimit memory = { limits->memory_mb << 20, limits->memory_mb << 20 };

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_AS, &memory);
	dup2(output, STDOUT_FILENO);
	execvp(command[0], command);
	fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static struct cost
run(char **command, bool piped, const struct limits *limits)
{
	int fds[2] = { -1, -1 };
	int output;
	pid_t reader = -1;
	struct cost cost = { 0 };
	struct rusage usage;
	double start_s;
	pid_t child;

	if (piped && pipe(fds) == 0)
		reader = start_reader(fds);
	output = piped ? fds[1] : open("/dev/null", O_WRONLY);
	if (output < 0 || (piped && reader < 0)) {
		perror("measure");
		exit(2);
	}
	start_s = now_s();
	child = fork();
	if (child == 0)
		become(command, output, limits);
	close(output);
	if (child < 0 || wait4(child, &cost.status, 0, &usage) != child) {
		perror("measure");
		exit(2);
	}
	cost.wall_s = now_s() - start_s;
	cost.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	cost.peak_kb = usage.ru_maxrss;
	if (piped) {
		close(fds[0]);
		waitpid(reader, NULL, 0);
	}
	return cost;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

static int
usage(void)
{
	fputs("usage: measure [-n RUNS] [-t CPU_SECONDS] [-m MEGABYTES] [-p] COMMAND...\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	double cpu_s[RUNS_MAX];
	double wall_s[RUNS_MAX];
	long peak_kb = 0;
	struct limits limits = { .cpu_s = 300, .memory_mb = 16384 };
	bool piped = false;
	int runs = 1;
	int opt;

	while ((opt = getopt(argc, argv, "+n:t:m:p")) != -1) {
		if (opt == 'n')
			runs = atoi(optarg);
		else if (opt == 't')
			limits.cpu_s = (rlim_t)atoi(optarg);
		else if (opt == 'm')
			limits.memory_mb = (rlim_t)atoi(optarg);
		else if (opt == 'p')
			piped = true;
		else
			return usage();
	}
	if (optind == argc || runs < 1 || runs > RUNS_MAX)
		return usage();
	for (int i = 0; i < runs; i++) {
		struct cost cost = run(argv + optind, piped, &limits);

		if (cost.status != 0)
			return 1;
		cpu_s[i] = cost.cpu_s;
		wall_s[i] = cost.wall_s;
		if (cost.peak_kb > peak_kb)
			peak_kb = cost.peak_kb;
	}
	printf("%.3f %.3f %ld\n", median(cpu_s, runs), median(wall_s, runs), peak_kb);
	return 0;
}
