/*
 * Carries out programs of perf system calls on the kernel that runs here, and prints what it answered.
 *
 * Each line of the input is one call, the words separated by blanks; a line `end` ends a program. Each line of the output
 * is a JSON object for the line of the same number. A program has a process of its own, whose tasks share one memory, so
 * that nothing faults but what `fault` touches: everything else is locked and has been touched before.
 *
 * Not for production: it stops at what it does not understand. See docs/real-kernel.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define FAULT_PAGES 16384
#define MAX_NAMES 64
#define STACK_SIZE 65536
#define MAX_WORDS 32

static void block_signals(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++) sigaddset(&set, signo);
	sigprocmask(how, &set, NULL);
}

/* ---- names ---- */

struct name { char text[24]; int fd; char *map; size_t length; int writable; };
static struct name names[MAX_NAMES];
static int nr_names;

static void die(const char *what)
{
	fprintf(stderr, "probe: %s\n", what);
	_exit(3);
}

static struct name *find(const char *text)
{
	for (int i = 0; i < nr_names; i++)
		if (!strcmp(names[i].text, text)) return &names[i];
	return NULL;
}

static struct name *named(const char *text)
{
	struct name *found = find(text);
	if (found) return found;
	if (nr_names == MAX_NAMES) die("too many names");
	found = &names[nr_names++];
	snprintf(found->text, sizeof found->text, "%s", text);
	found->fd = -1;
	found->map = MAP_FAILED;
	return found;
}

/* A number, or the descriptor of a name. */
static int fd_of(const char *word)
{
	struct name *found = find(word);
	if (found) return found->fd;
	return (word[0] >= '0' && word[0] <= '9') || word[0] == '-' ? (int)strtol(word, NULL, 0) : -1;
}

/* ---- faults ---- */

static char *fault_region;
static int next_page;

static void fault(int n)
{
	for (int i = 0; i < n; i++) {
		if (next_page == FAULT_PAGES) {
			madvise(fault_region, FAULT_PAGES * (size_t)PAGE, MADV_DONTNEED);
			next_page = 0;
		}
		*(volatile char *)(fault_region + PAGE * (size_t)next_page++) = 1;
	}
}

/* The kernel touches the pages: getcpu(2) writes where it is told. */
static void kernel_fault(int n)
{
	for (int i = 0; i < n; i++) syscall(SYS_getcpu, fault_region + PAGE * (size_t)next_page++, NULL, NULL);
}

/* ---- tasks: each waits at a mailbox for one order after the other ---- */

enum order { NOTHING, FAULT, KERNEL_FAULT, EXIT, EXEC, COMM, FORK, THREAD, REAP, NAP };
struct task {
	char text[24];
	int pid, parent, is_thread, keeps_files;
	volatile int order, done;
	long number;
	char word[64];
	char stack[STACK_SIZE];
};
static struct task *tasks;
static int nr_tasks;

static void futex_wait(volatile int *at, int value) { syscall(SYS_futex, at, FUTEX_WAIT, value, NULL, NULL, 0); }
static void futex_wake(volatile int *at) { syscall(SYS_futex, at, FUTEX_WAKE, 1, NULL, NULL, 0); }

static int serve(void *self);

static void start(struct task *child, int is_thread)
{
	int flags = is_thread
		? CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
		: CLONE_VM | SIGCHLD;
	child->is_thread = is_thread;
	child->pid = clone(serve, child->stack + STACK_SIZE, flags, child);
}

static void carry_out(struct task *me)
{
	switch (me->order) {
	case FAULT: fault(me->number); break;
	case KERNEL_FAULT: kernel_fault(me->number); break;
	case EXIT: syscall(SYS_exit, 0); break;
	case EXEC: syscall(SYS_execve, "/bin/true", (char *[]){ "true", NULL }, (char *[]){ NULL }); syscall(SYS_exit, 1); break;
	case COMM: prctl(PR_SET_NAME, me->word); break;
	case FORK: start(&tasks[me->number], 0); break;
	case THREAD: start(&tasks[me->number], 1); break;
	case REAP: syscall(SYS_wait4, (int)me->number, NULL, __WALL, NULL); break;
	case NAP: usleep(me->number); break;
	default: break;
	}
}

static int serve(void *self)
{
	struct task *me = self;
	/* Signals of the process are the first thread's. */
	if (me->is_thread) block_signals(SIG_BLOCK);
	if (!me->is_thread) prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!me->is_thread) syscall(SYS_close_range, 0, me->keeps_files ? 2 : ~0U, 0);
	me->done = 1;
	futex_wake(&me->done);
	for (;;) {
		while (me->order == NOTHING) futex_wait(&me->order, NOTHING);
		carry_out(me);
		me->order = NOTHING;
		me->done = 1;
		futex_wake(&me->done);
	}
	return 0;
}

static struct task *task_named(const char *text)
{
	for (int i = 0; i < nr_tasks; i++)
		if (!strcmp(tasks[i].text, text)) return &tasks[i];
	die("no such task");
	return NULL;
}

static void wait_done(struct task *task)
{
	while (!task->done) futex_wait(&task->done, 0);
}

static void give_order(struct task *task, enum order order)
{
	if (task == &tasks[0]) {
		task->order = order;
		carry_out(task);
		task->order = NOTHING;
		return;
	}
	task->done = 0;
	task->order = order;
	futex_wake(&task->order);
	if (order != EXIT && order != EXEC) wait_done(task);
}

/* Whoever made the task waits for its end. */
static void await_end(struct task *task)
{
	if (task->is_thread) {
		while (syscall(SYS_tgkill, getpid(), task->pid, 0) == 0) usleep(100);
		return;
	}
	struct task *parent = &tasks[task->parent];
	parent->number = task->pid;
	give_order(parent, REAP);
}

static struct task *offspring(struct task *parent, const char *text, int is_thread, int keeps_files)
{
	struct task *child = &tasks[nr_tasks];
	snprintf(child->text, sizeof child->text, "%s", text);
	child->parent = parent - tasks;
	child->keeps_files = keeps_files;
	child->done = 0;
	parent->number = nr_tasks++;
	give_order(parent, is_thread ? THREAD : FORK);
	wait_done(child);
	/* It is on its way to its sleep. */
	usleep(200);
	return child;
}

/* ---- signals ---- */

struct caught { int signo, code, fd; long band; uint64_t data; };
static struct caught caught[4096];
static volatile int nr_caught;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)context;
	if (nr_caught == 4096 || syscall(SYS_gettid) != tasks[0].pid) return;
	caught[nr_caught].signo = signo;
	caught[nr_caught].code = info->si_code;
	caught[nr_caught].fd = info->si_fd;
	caught[nr_caught].band = info->si_band;
	caught[nr_caught].data = *(uint64_t *)((char *)info + 24);
	nr_caught++;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigfillset(&action.sa_mask);
	sigaction(SIGIO, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++) sigaction(signo, &action, NULL);
}

/* ---- calls ---- */

static char *words[MAX_WORDS];
static int nr_words;
static long number(int i) { return i < nr_words ? strtol(words[i], NULL, 0) : 0; }
static uint64_t big(int i) { return i < nr_words ? strtoull(words[i], NULL, 0) : 0; }

static unsigned char bytes[16384];

/* The bytes that a word of hexadecimal digits stands for; what is behind them is zero. */
static void *hex(const char *word)
{
	memset(bytes, 0, sizeof bytes);
	for (size_t i = 0; word[2 * i] && word[2 * i + 1]; i++) {
		unsigned value;
		sscanf(word + 2 * i, "%2x", &value);
		bytes[i] = value;
	}
	return bytes;
}

static void answer(long result)
{
	if (result < 0) printf("{\"errno\":%d", errno);
	else printf("{\"ret\":%ld", result);
}

static int epoll_fd = -1;

static void do_open(void)
{
	struct perf_event_attr *attr = strcmp(words[2], "NULL") ? hex(words[2]) : NULL;
	int pid = -1;
	if ((words[3][0] >= '0' && words[3][0] <= '9') || words[3][0] == '-') pid = number(3);
	else pid = task_named(words[3])->pid;
	int fd = syscall(SYS_perf_event_open, attr, pid, number(4), fd_of(words[5]), big(6));
	answer(fd);
	uint64_t id = 0;
	if (fd >= 0) {
		struct name *event = named(words[1]);
		event->fd = fd;
		ioctl(fd, PERF_EVENT_IOC_ID, &id);
	}
	printf(",\"size\":%u,\"id\":%llu", attr ? attr->size : 0, (unsigned long long)id);
}

static void do_ioctl(void)
{
	static uint64_t cell;
	unsigned long command = strtoul(words[2], NULL, 0), argument;
	char kind = words[3][0];
	cell = big(4);
	switch (kind) {
	case 'n': argument = (unsigned long)strtoull(words[4], NULL, 0); if (words[4][0] == '-') argument = strtol(words[4], NULL, 0); break;
	case 'p': argument = (unsigned long)&cell; break;
	case 'e': argument = fd_of(words[4]); break;
	case 'a': argument = (unsigned long)hex(words[4]); break;
	case 's': argument = (unsigned long)words[4]; break;
	default: argument = 0;
	}
	answer(ioctl(fd_of(words[1]), command, argument));
	printf(",\"cell\":%llu", (unsigned long long)cell);
}

static void do_mmap(void)
{
	struct name *event = named(words[1]);
	/* Until v6.14 the pages are mapped when they are touched: that happens here, without a fault that counts. */
	char *map = mmap(NULL, number(2), number(3), number(4) | MAP_POPULATE, event->fd, number(5));
	answer(map == MAP_FAILED ? -1 : 0);
	if (map == MAP_FAILED) return;
	event->map = map;
	event->length = number(2);
	event->writable = (number(3) & PROT_WRITE) != 0;
	if (!event->writable) return;
	/*
	 * The first store into the control page is a fault of its own. A signal that it causes would be handled before the
	 * fault is, which then happens again, and causes another.
	 */
	sigset_t before;
	sigprocmask(SIG_SETMASK, NULL, &before);
	block_signals(SIG_BLOCK);
	volatile __u64 *tail = &((struct perf_event_mmap_page *)map)->data_tail;
	*tail = *tail;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int is_mapped(struct name *event) { return event && event->map != MAP_FAILED; }

/* The part of a mapping that is meant: its offset and length. */
static size_t part_of(struct name *event, size_t *length)
{
	const char *which = nr_words > 2 ? words[2] : "all";
	*length = strcmp(which, "all") ? PAGE : event->length;
	return !strcmp(which, "first_data_page") ? PAGE : !strcmp(which, "last_data_page") ? event->length - PAGE : 0;
}

/* What is done to a mapping; 0 if the call is something else. */
static int do_mapping(const char *call, struct name *event)
{
	struct perf_event_mmap_page *page = (void *)event->map;
	if (!strcmp(call, "munmap")) {
		size_t length, first = part_of(event, &length);
		int result = munmap(event->map + first, length);
		answer(result);
		if (result == 0 && nr_words == 2) event->map = MAP_FAILED;
	} else if (!strcmp(call, "mprotect")) {
		size_t length, first = part_of(event, &length);
		answer(mprotect(event->map + first, length, number(3)));
	}
	else if (!strcmp(call, "mremap")) {
		char *map = mremap(event->map, event->length, number(2), MREMAP_MAYMOVE);
		answer(map == MAP_FAILED ? -1 : 0);
		if (map != MAP_FAILED) event->map = map, event->length = number(2);
	} else if (!strcmp(call, "tail")) {
		if (event->writable) page->data_tail = big(2);
		answer(0);
	} else return 0;
	return 1;
}

static void do_read(void)
{
	static uint64_t values[4096];
	long count = number(2);
	long got = read(fd_of(words[1]), count < 0 ? NULL : values, count < 0 ? 4096 : count);
	answer(got);
	printf(",\"values\":[");
	for (long i = 0; i < got / 8; i++) printf("%s\"%llu\"", i ? "," : "", (unsigned long long)values[i]);
	printf("]");
}

static void do_poll(void)
{
	struct pollfd fds[MAX_WORDS];
	int n = nr_words - 2;
	for (int i = 0; i < n; i++) fds[i] = (struct pollfd){ .fd = fd_of(words[2 + i]), .events = number(1) };
	answer(poll(fds, n, 0));
	printf(",\"revents\":[");
	for (int i = 0; i < n; i++) printf("%s%d", i ? "," : "", fds[i].revents);
	printf("]");
}

static void do_epoll_wait(void)
{
	struct epoll_event events[64];
	int n = epoll_wait(epoll_fd, events, number(1), 0);
	answer(n);
	printf(",\"events\":[");
	for (int i = 0; i < n; i++) printf("%s[%d,%u]", i ? "," : "", events[i].data.fd, events[i].events);
	printf("]");
}

/* The records from data_tail to data_head (or of a backward buffer from data_head on), as hexadecimal digits. */
static void do_records(void)
{
	struct name *event = named(words[1]);
	if (event->map == MAP_FAILED) { printf("{\"records\":[]"); return; }
	struct perf_event_mmap_page *page = (void *)event->map;
	char *data = event->map + PAGE;
	uint64_t size = page->data_size, head = page->data_head, from = number(3) ? head : page->data_tail;
	uint64_t to = number(3) ? (head + size < size ? 0 : head + size) : head;
	if (number(3) && (int64_t)(head + size) > 0) to = 0;
	printf("{\"head\":\"%lld\",\"tail\":\"%lld\",\"records\":[", (long long)head, (long long)page->data_tail);
	const char *comma = "";
	while (size && (int64_t)(to - from) > 0) {
		uint16_t length;
		for (int i = 0; i < 2; i++) ((char *)&length)[i] = data[(from + 6 + i) & (size - 1)];
		if (length == 0 || (int64_t)(to - from) < length) break;
		printf("%s\"", comma);
		comma = ",";
		for (int i = 0; i < length; i++) printf("%02x", (unsigned char)data[(from + i) & (size - 1)]);
		printf("\"");
		from += length;
	}
	printf("]");
	if (number(2) && event->writable) page->data_tail = head;
}

static void do_signals(void)
{
	printf("{\"signals\":[");
	for (int i = 0; i < nr_caught; i++)
		printf("%s[%d,%d,%d,%ld,%llu]", i ? "," : "", caught[i].signo, caught[i].code, caught[i].fd, caught[i].band, (unsigned long long)caught[i].data);
	printf("]");
	nr_caught = 0;
}

static void do_task(void)
{
	const char *call = words[0];
	struct task *task = task_named(words[1]);
	task->number = number(2);
	if (!strcmp(call, "fault")) give_order(task, FAULT);
	else if (!strcmp(call, "kernel_fault")) give_order(task, KERNEL_FAULT);
	else if (!strcmp(call, "nap")) give_order(task, NAP);
	else if (!strcmp(call, "comm")) {
		snprintf(task->word, sizeof task->word, "%s", words[2]);
		give_order(task, COMM);
	} else if (!strcmp(call, "exit") || !strcmp(call, "exec")) {
		give_order(task, call[2] == 'i' ? EXIT : EXEC);
		await_end(task);
	} else {
		struct task *child = offspring(task, words[2], call[0] == 't', call[0] == 'f');
		printf("{\"ret\":0,\"pid\":%d", child->pid);
		return;
	}
	printf("{\"ret\":0");
}

static struct name other_map;

static void user_mmap(void)
{
	int fd = -1;
	if (nr_words > 4) fd = open(words[4], O_RDWR);
	char *map = mmap(NULL, number(1), number(2), number(3) | (fd < 0 ? MAP_ANONYMOUS : 0), fd, number(5));
	answer(map == MAP_FAILED ? -1 : 0);
	other_map.map = map;
	other_map.length = number(1);
	printf(",\"addr\":\"%llu\"", (unsigned long long)map);
	if (fd >= 0) close(fd);
}

static void execute(void)
{
	const char *call = words[0];
	struct name *event = nr_words > 1 ? find(words[1]) : NULL;
	if (!strcmp(call, "open")) do_open();
	else if (!strcmp(call, "close")) answer(close(fd_of(words[1])));
	else if (!strcmp(call, "dup")) { named(words[2])->fd = dup(fd_of(words[1])); answer(named(words[2])->fd); }
	else if (!strcmp(call, "ioctl")) do_ioctl();
	else if (!strcmp(call, "mmap")) do_mmap();
	else if (is_mapped(event) && do_mapping(call, event)) {}
	else if (!strcmp(call, "read")) do_read();
	else if (!strcmp(call, "poll")) do_poll();
	else if (!strcmp(call, "epoll_add") || !strcmp(call, "epoll_mod") || !strcmp(call, "epoll_del")) {
		struct epoll_event wanted = { .events = number(2), .data.fd = fd_of(words[1]) };
		answer(epoll_ctl(epoll_fd, call[6] == 'a' ? EPOLL_CTL_ADD : call[6] == 'm' ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd_of(words[1]), &wanted));
	} else if (!strcmp(call, "epoll_wait")) do_epoll_wait();
	else if (!strcmp(call, "fcntl")) answer(fcntl(fd_of(words[1]), number(2), number(3)));
	else if (!strcmp(call, "own")) answer(fcntl(fd_of(words[1]), F_SETOWN, tasks[0].pid));
	else if (!strcmp(call, "block")) { block_signals(SIG_BLOCK); answer(0); }
	else if (!strcmp(call, "unblock")) { block_signals(SIG_UNBLOCK); answer(0); }
	else if (!strcmp(call, "signals")) do_signals();
	else if (!strcmp(call, "records")) do_records();
	else if (!strcmp(call, "prctl")) answer(prctl(number(1) ? PR_TASK_PERF_EVENTS_ENABLE : PR_TASK_PERF_EVENTS_DISABLE));
	else if (!strcmp(call, "user_mmap")) user_mmap();
	else if (!strcmp(call, "user_mprotect")) answer(mprotect(other_map.map, other_map.length, number(1)));
	else if (!strcmp(call, "user_munmap")) answer(munmap(other_map.map, other_map.length));
	else if (!strcmp(call, "unshare")) answer(unshare(number(1)));
	else if (!strcmp(call, "setuid")) answer(setresuid(number(1), number(1), number(1)));
	else if (!strcmp(call, "memlock")) answer(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ number(1), number(1) }));
	else if (!strcmp(call, "nofile")) answer(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ number(1), number(1) }));
	else if (!strcmp(call, "pin")) { cpu_set_t set; CPU_ZERO(&set); CPU_SET(number(1), &set); answer(sched_setaffinity(0, sizeof set, &set)); }
	else if (!strcmp(call, "write") || !strcmp(call, "pread") || !strcmp(call, "lseek")) {
		int fd = fd_of(words[1]);
		answer(call[0] == 'w' ? write(fd, bytes, 8) : call[0] == 'p' ? pread(fd, bytes, 8, 0) : lseek(fd, 0, SEEK_SET));
	} else if (event && strcmp(call, "tail") && strcmp(call, "munmap") && strcmp(call, "mprotect") && strcmp(call, "mremap")) die(call);
	else if (event) answer(0);
	else if (nr_words > 1) do_task();
	else die(call);
}

/* ---- programs ---- */

static void prepare(void)
{
	tasks = mmap(NULL, 16 * sizeof *tasks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	snprintf(tasks[0].text, sizeof tasks[0].text, "self");
	tasks[0].pid = getpid();
	nr_tasks = 1;
	prctl(PR_SET_NAME, "probe");
	epoll_fd = fcntl(epoll_create1(0), F_DUPFD, 200);
	catch_signals();
	volatile char stack[32768];
	for (size_t i = 0; i < sizeof stack; i += PAGE) stack[i] = 1;
	mlockall(MCL_CURRENT);
	fault_region = mmap(NULL, FAULT_PAGES * (size_t)PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	madvise(fault_region, FAULT_PAGES * (size_t)PAGE, MADV_NOHUGEPAGE);
}

static void run(char **lines, int n)
{
	static char output[1 << 20];
	prepare();
	setvbuf(stdout, output, _IOFBF, sizeof output);
	printf("{\"ret\":0,\"pid\":%d}\n", getpid());
	for (int i = 0; i < n; i++) {
		nr_words = 0;
		for (char *word = strtok(lines[i], " \n"); word && nr_words < MAX_WORDS; word = strtok(NULL, " \n")) words[nr_words++] = word;
		if (nr_words == 0) continue;
		execute();
		printf("}\n");
	}
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	static char *lines[4096];
	int n = 0;
	char *line = NULL;
	size_t room = 0;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (getline(&line, &room, stdin) > 0) {
		if (strncmp(line, "end", 3)) {
			if (n == 4096) die("too many lines");
			lines[n++] = strdup(line);
			continue;
		}
		fflush(stdout);
		int pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			setpgid(0, 0);
			alarm(10);
			run(lines, n);
		}
		int status;
		waitpid(pid, &status, 0);
		/* Tasks that the program has left behind are ours now. */
		kill(-pid, SIGKILL);
		while (waitpid(-1, NULL, __WALL) > 0) {}
		printf("{\"end\":%d}\n", status);
		while (n > 0) free(lines[--n]);
	}
	return 0;
}
