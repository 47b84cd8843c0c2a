// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: hypercalls that no driver would make, from several CPUs at once.
 *
 *   echo "call NUMBER ARG0 ARG1 ..."  > /sys/module/bh_fuzz/parameters/run
 *   echo "random SEED COUNT KEEP"     > ...   each online CPU makes COUNT random calls
 *   echo "configs SEED COUNT"         > ...   the same with configs that are not in order
 *   echo "lives SEED COUNT KEEP"      > ...   the same, on cells that come and go meanwhile
 *   echo "halfway STEPS"              > ...   start a cell that is half taken apart
 *   echo "race COUNT CPU"             > ...   PSCI starts a CPU while a cell is given it
 *   echo "sgi VALUE"                  > ...   write ICC_SGI1R_EL1
 *   cat /sys/module/bh_fuzz/parameters/run
 *
 * KEEP is a cell that runs and must not notice; what could end it lawfully is left
 * out. The config of the cells is written to /dev/bh-fuzz. Results are lines of
 * "name value"; "BREACH" says what should not have happened.
 */
#include <linux/cpu.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/cacheflush.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include <bulkhead/config.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/status.h>

#define BLOB_ORDER 2 /* 16 KiB */
#define BLOB_SIZE (PAGE_SIZE << BLOB_ORDER)
#define SLICES 1000000 /* calls until work must be done */
#define ERRORS 32

static DEFINE_MUTEX(lock);
static char report[2048];
static int report_length;
static void *blob;
static size_t blob_size;

/* What threads count, each by itself. */
struct worker {
	struct completion done;
	struct rnd_state rnd;
	u64 count;
	u64 keep;
	void *copy;
	u64 calls[ERRORS];
	u64 rules, answered, breaches;
	void (*once)(struct worker *worker);
};

static __printf(1, 2) void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_length +=
		vscnprintf(report + report_length, sizeof(report) - report_length, format, args);
	va_end(args);
}

static long call(u64 number, const u64 *args)
{
	register u64 x0 asm("x0") = number;
	register u64 x1 asm("x1") = args[0];
	register u64 x2 asm("x2") = args[1];
	register u64 x3 asm("x3") = args[2];
	register u64 x4 asm("x4") = args[3];
	register u64 x5 asm("x5") = args[4];
	register u64 x6 asm("x6") = args[5];
	register u64 x7 asm("x7") = args[6];

	asm volatile("hvc %8"
		     : "+r"(x0)
		     : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x6), "r"(x7),
		       "i"(BH_HVC_IMM)
		     : "memory");
	return x0;
}

static long call2(u64 number, u64 arg0, u64 arg1)
{
	const u64 args[7] = { arg0, arg1 };

	return call(number, args);
}

/* Repeated while other management work is under way, or there is more to do. */
static long call_all(u64 number, u64 arg0, u64 arg1)
{
	long result = -BH_E_AGAIN;
	int i;

	for (i = 0; i < SLICES && (result == -BH_E_AGAIN || result == -BH_E_BUSY); i++)
		result = call2(number, arg0, arg1);
	return result;
}

static void note(struct worker *worker, long result)
{
	if (result >= 0)
		worker->answered++;
	else if (result <= -BH_E_RULE)
		worker->rules++;
	else if (-result < ERRORS)
		worker->calls[-result]++;
	else
		worker->breaches++;
}

/* --- random arguments --- */

static u64 random64(struct worker *worker)
{
	return (u64)prandom_u32_state(&worker->rnd) << 32 | prandom_u32_state(&worker->rnd);
}

static u64 random_address(struct worker *worker)
{
	static const u64 bases[] = { 0,		 0x7fc00000, 0x7fdff000, 0x7ffff000,
				     0x80000000, 0x78600000, 0x78800000, 0x08000000,
				     0x09000000, 1ULL << 40, ~0ULL };
	u64 r = random64(worker);
	u64 base = bases[r % ARRAY_SIZE(bases)];

	if (r & 0x10000)
		base = virt_to_phys(worker->copy);
	switch (r >> 20 & 3) {
	case 0:
		return base;
	case 1:
		return base + (r >> 32 & 0x3fffff);
	case 2:
		return base - (r >> 32 & 0xfff);
	default:
		return base + (r >> 32 & 0xfff) * PAGE_SIZE;
	}
}

static u64 random_argument(struct worker *worker)
{
	u64 r = random64(worker);
	u64 bit = 1ULL << (r & 63);

	switch (r >> 8 & 7) {
	case 0:
		return r >> 16 & 31;
	case 1:
		return bit;
	case 2:
		return bit - 1;
	case 3:
		return -bit;
	case 4:
		return r >> 16 & 0x1fff;
	case 5:
		return random64(worker);
	default:
		return random_address(worker);
	}
}

/* Lawful calls that would change the cell that must be left alone, or end it all. */
static bool is_lawful(const struct worker *worker, u64 number, const u64 *args)
{
	switch (number) {
	case BH_HC_CONSOLE_WRITE:
	case BH_HC_DISABLE:
	case BH_HC_DISABLE_PREPARE:
		return true;
	case BH_HC_CELL_SHUTDOWN:
	case BH_HC_CELL_RAISE_IRQ:
		return args[0] == worker->keep;
	default:
		return false;
	}
}

static void random_once(struct worker *worker)
{
	u64 number = random64(worker), args[7];
	int i;

	for (i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = random_argument(worker);
	if (number & 3)
		number = BH_HC_INFO + (number >> 8) % (BH_HC_DISABLE - BH_HC_INFO + 1);
	else
		number = number & 4 ? number >> 8 & 63 : number >> 8;
	if (number >= BH_HC_CELL_STEP && number <= BH_HC_CELL_READ && (random64(worker) & 3))
		args[0] = random64(worker) & 3 ? worker->keep : random64(worker) % BH_MAX_CELLS;
	if (!is_lawful(worker, number, args))
		note(worker, call(number, args));
}

/* --- configs that are not in order --- */

static u64 edge(struct worker *worker)
{
	u64 r = random64(worker);

	switch (r & 3) {
	case 0:
		return r >> 8 & 0xff;
	case 1:
		return ~0ULL << (r >> 8 & 63);
	case 2:
		return 1ULL << (r >> 8 & 63);
	default:
		return r >> 8;
	}
}

static void mutate(struct worker *worker)
{
	u8 *bytes = worker->copy;
	int n = 1 + random64(worker) % 4;

	memcpy(bytes, blob, blob_size);
	while (n--) {
		size_t at = random64(worker) % blob_size;
		u64 value = edge(worker);

		switch (random64(worker) & 3) {
		case 0:
			bytes[at] = value;
			break;
		case 1:
			bytes[at] ^= 1 << (value & 7);
			break;
		case 2:
			at &= ~3UL;
			memcpy(bytes + at, &value, 4);
			break;
		default:
			at &= ~7UL;
			memcpy(bytes + at, &value, min_t(size_t, 8, blob_size - at));
		}
	}
}

static void configs_once(struct worker *worker)
{
	u64 r, size = blob_size;
	long result;

	mutate(worker);
	r = random64(worker);
	if ((r & 15) == 0)
		size = edge(worker);
	do
		result = call2(BH_HC_CELL_CREATE, virt_to_phys(worker->copy), size);
	while (result == -BH_E_BUSY);
	note(worker, result);
	/* Nothing of importance was changed. */
	if (result > 0 && call_all(BH_HC_CELL_DESTROY, result, 0))
		worker->breaches++;
}

/* --- cells that come and go --- */

static void lives_once(struct worker *worker)
{
	static const u8 numbers[] = {
		BH_HC_CELL_CREATE,    BH_HC_CELL_STEP,	       BH_HC_CELL_STEP,
		BH_HC_CELL_STEP,      BH_HC_CELL_LOAD_DONE,    BH_HC_CELL_LOAD_DONE,
		BH_HC_CELL_LOAD_DONE, BH_HC_CELL_START,	       BH_HC_CELL_SHUTDOWN,
		BH_HC_CELL_DESTROY,   BH_HC_CELL_SET_LOADABLE, BH_HC_CELL_INFO,
		BH_HC_CELL_READ,      BH_HC_CELL_RAISE_IRQ,
	};
	u64 r = random64(worker), number = numbers[r % ARRAY_SIZE(numbers)];
	u64 args[7] = { 1 + (r >> 16) % 4, r >> 32 & 3 };

	if (number == BH_HC_CELL_CREATE) {
		args[0] = virt_to_phys(blob);
		args[1] = blob_size;
	} else if (number == BH_HC_CELL_READ) {
		args[1] = r >> 32 & 0x1fffff;
		args[2] = virt_to_phys(worker->copy);
		args[3] = 1 + (r >> 20 & 0xff);
	} else if (number == BH_HC_CELL_RAISE_IRQ) {
		args[1] = 240 + (r >> 32 & 7);
	}
	/* DESTROY of a cell that is not KEEP; of that one it is refused, for it runs. */
	if (!is_lawful(worker, number, args))
		note(worker, call(number, args));
}

/* All but KEEP must go when it is over. */
static void end_lives(u64 keep)
{
	u64 id;

	for (id = 1; id < BH_MAX_CELLS; id++) {
		long result;

		if (id == keep || call2(BH_HC_CELL_INFO, id, BH_CELL_INFO_STATE) < 0)
			continue;
		result = call_all(BH_HC_CELL_SHUTDOWN, id, BH_SHUTDOWN_FORCE);
		if (!result)
			result = call_all(BH_HC_CELL_DESTROY, id, 0);
		if (result)
			say("BREACH cell %llu does not end: %ld\n", id, result);
	}
}

/* --- threads --- */

static int work(void *data)
{
	struct worker *worker = data;

	for (; worker->count; worker->count--) {
		worker->once(worker);
		cond_resched();
	}
	complete(&worker->done);
	return 0;
}

static struct worker *start(unsigned int cpu, u64 seed, u64 count, u64 keep,
			    void (*once)(struct worker *worker))
{
	struct worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	struct task_struct *task;

	if (!worker)
		return NULL;
	worker->copy = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, BLOB_ORDER);
	prandom_seed_state(&worker->rnd, seed * 64 + cpu + 1);
	worker->count = count;
	worker->keep = keep;
	worker->once = once;
	init_completion(&worker->done);
	task = worker->copy ? kthread_create(work, worker, "bh-fuzz/%u", cpu) : NULL;
	if (IS_ERR_OR_NULL(task)) {
		free_pages((unsigned long)worker->copy, BLOB_ORDER);
		kfree(worker);
		return NULL;
	}
	kthread_bind(task, cpu);
	wake_up_process(task);
	return worker;
}

static void on_all_cpus(u64 seed, u64 count, u64 keep, void (*once)(struct worker *worker))
{
	struct worker *workers[8] = { NULL };
	struct worker sum = {};
	unsigned int cpu;
	int i, n = 0;

	cpus_read_lock();
	for_each_online_cpu(cpu) if (n < ARRAY_SIZE(workers))
		workers[n++] = start(cpu, seed, count, keep, once);
	for (n = 0; n < ARRAY_SIZE(workers); n++) {
		struct worker *worker = workers[n];

		if (!worker)
			continue;
		wait_for_completion(&worker->done);
		for (i = 0; i < ERRORS; i++)
			sum.calls[i] += worker->calls[i];
		sum.rules += worker->rules;
		sum.answered += worker->answered;
		sum.breaches += worker->breaches;
		sum.count++;
		free_pages((unsigned long)worker->copy, BLOB_ORDER);
		kfree(worker);
	}
	cpus_read_unlock();
	say("threads %llu\nanswered %llu\nrules %llu\n", sum.count, sum.answered, sum.rules);
	for (i = 0; i < ERRORS; i++)
		if (sum.calls[i])
			say("error%d %llu\n", i, sum.calls[i]);
	if (sum.breaches)
		say("BREACH %llu unknown results, or cells that could not be ended\n",
		    sum.breaches);
}

/* --- a cell that is half taken apart must not be started --- */

static void halfway(u64 steps)
{
	long id = call_all(BH_HC_CELL_CREATE, virt_to_phys(blob), blob_size), result;
	u64 i;

	if (id <= 0) {
		say("BREACH no cell: %ld\n", id);
		return;
	}
	result = call_all(BH_HC_CELL_STEP, id, 0);
	if (!result)
		result = call_all(BH_HC_CELL_LOAD_DONE, id, 0);
	say("loaded %ld\n", result);
	for (result = -BH_E_AGAIN, i = 0; i < steps && result == -BH_E_AGAIN; i++)
		result = call2(BH_HC_CELL_SET_LOADABLE, id, 0);
	say("loadable %ld\n", result);
	say("cell %ld\nstart %ld\n", id, call2(BH_HC_CELL_START, id, 0));
}

/* --- a CPU that PSCI starts while a cell is given it --- */

/* At EL1, the MMU off, x0: the address of a counter. Counts, then turns itself off. */
asm("	.pushsection .text\n"
    "	.p2align 2\n"
    "race_code:\n"
    "	mov	x9, #20000\n"
    "1:	ldr	x10, [x0]\n"
    "	add	x10, x10, #1\n"
    "	str	x10, [x0]\n"
    "	subs	x9, x9, #1\n"
    "	b.ne	1b\n"
    "	mov	w0, #2\n"
    "	movk	w0, #0x8400, lsl #16\n"
    "	smc	#0\n"
    "	b	.\n"
    "race_code_end:\n"
    "	.popsection\n");

extern char race_code[], race_code_end[];

#define PSCI_CPU_ON 0xc4000003u

static struct {
	void *page;
	u64 cpu;
	bool stop;
	u64 started;
	struct completion done;
} race;

static volatile u64 *race_counter(void)
{
	return (volatile u64 *)((char *)race.page + 2048);
}

static long cpu_on(u64 cpu, u64 entry, u64 context)
{
	register u64 x0 asm("x0") = PSCI_CPU_ON;
	register u64 x1 asm("x1") = cpu;
	register u64 x2 asm("x2") = entry;
	register u64 x3 asm("x3") = context;

	asm volatile("smc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
		     :
		     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
		       "x16", "x17", "memory");
	return (int)x0;
}

static int race_starter(void *data)
{
	u64 phys = virt_to_phys(race.page);

	while (!READ_ONCE(race.stop)) {
		if (!cpu_on(race.cpu, phys, phys + 2048))
			race.started++;
		cond_resched();
	}
	complete(&race.done);
	return 0;
}

static void race_once(u64 *created, u64 *breaches)
{
	long id = call2(BH_HC_CELL_CREATE, virt_to_phys(blob), blob_size), result, state;
	u64 counter;

	if (id <= 0)
		return;
	++*created;
	counter = *race_counter();
	udelay(100);
	state = call2(BH_HC_CPU_INFO, race.cpu, BH_CPU_INFO_STATE);
	if (*race_counter() != counter || state != BH_CPU_PARKED)
		++*breaches;
	result = call_all(BH_HC_CELL_DESTROY, id, 0);
	if (result)
		say("BREACH cell %ld cannot be destroyed: %ld\n", id, result);
}

static void race_run(u64 count, u64 cpu)
{
	struct task_struct *task;
	u64 created = 0, breaches = 0, i;

	race.page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!race.page)
		return;
	memcpy(race.page, race_code, race_code_end - race_code);
	caches_clean_inval_pou((unsigned long)race.page, (unsigned long)race.page + PAGE_SIZE);
	race.cpu = cpu;
	race.started = 0;
	race.stop = false;
	init_completion(&race.done);
	task = kthread_run(race_starter, NULL, "bh-race");
	if (!IS_ERR(task)) {
		for (i = 0; i < count; i++) {
			race_once(&created, &breaches);
			cond_resched();
		}
		WRITE_ONCE(race.stop, true);
		wait_for_completion(&race.done);
	}
	msleep(100);
	say("created %llu\nstarted %llu\n", created, race.started);
	if (breaches)
		say("BREACH %llu times the CPU of a new cell was the root cell's\n", breaches);
	free_page((unsigned long)race.page);
}

/* --- what the world sees --- */

static void one_call(u64 number, const u64 *args)
{
	say("result %ld\n", call(number, args));
}

static int set_run(const char *text, const struct kernel_param *param)
{
	char what[16];
	u64 n[8] = {};
	int count = sscanf(text, "%15s %lli %lli %lli %lli %lli %lli %lli %lli", what, &n[0], &n[1],
			   &n[2], &n[3], &n[4], &n[5], &n[6], &n[7]);
	int err = 0;

	if (count < 2)
		return -EINVAL;
	mutex_lock(&lock);
	report_length = 0;
	if (strcmp(what, "call") == 0)
		one_call(n[0], &n[1]);
	else if (strcmp(what, "random") == 0)
		on_all_cpus(n[0], n[1], n[2], random_once);
	else if (strcmp(what, "sgi") == 0)
		write_sysreg_s(n[0], SYS_ICC_SGI1R_EL1);
	else if (!blob_size)
		err = -ENODATA;
	else if (strcmp(what, "configs") == 0)
		on_all_cpus(n[0], n[1], 0, configs_once);
	else if (strcmp(what, "lives") == 0)
		on_all_cpus(n[0], n[1], n[2], lives_once);
	else if (strcmp(what, "halfway") == 0)
		halfway(n[0]);
	else if (strcmp(what, "race") == 0)
		race_run(n[0], n[1]);
	else
		err = -EINVAL;
	if (strcmp(what, "lives") == 0)
		end_lives(n[2]);
	mutex_unlock(&lock);
	return err;
}

static int get_run(char *buf, const struct kernel_param *param)
{
	int count;

	mutex_lock(&lock);
	count = scnprintf(buf, PAGE_SIZE, "%.*s", report_length, report);
	mutex_unlock(&lock);
	return count;
}

static const struct kernel_param_ops run_ops = { .set = set_run, .get = get_run };
module_param_cb(run, &run_ops, NULL, 0600);

static ssize_t blob_write(struct file *file, const char __user *from, size_t bytes, loff_t *at)
{
	ssize_t result = bytes;

	if (bytes > BLOB_SIZE)
		return -EFBIG;
	mutex_lock(&lock);
	if (copy_from_user(blob, from, bytes))
		result = -EFAULT;
	else
		blob_size = bytes;
	mutex_unlock(&lock);
	return result;
}

static const struct file_operations blob_fops = { .owner = THIS_MODULE, .write = blob_write };
static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bh-fuzz",
	.fops = &blob_fops,
	.mode = 0600,
};

static int __init fuzz_init(void)
{
	int err;

	blob = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, BLOB_ORDER);
	if (!blob)
		return -ENOMEM;
	err = misc_register(&device);
	if (err)
		free_pages((unsigned long)blob, BLOB_ORDER);
	return err;
}

static void __exit fuzz_exit(void)
{
	misc_deregister(&device);
	free_pages((unsigned long)blob, BLOB_ORDER);
}

module_init(fuzz_init);
module_exit(fuzz_exit);
MODULE_DESCRIPTION("Bulkhead: test module that makes hypercalls at random");
MODULE_LICENSE("GPL");
