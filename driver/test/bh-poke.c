// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: touches a physical address, and survives the abort.
 *
 *   echo "read 0x7fc00000" > /sys/module/bh_poke/parameters/poke
 *   echo "write 0x7fc00000 0x1234" > ...
 *   echo "exec 0x7fc00000" > ...
 *   cat /sys/module/bh_poke/parameters/poke
 *
 * answers "value 0x...", "written", "returned" or "aborted".
 *
 * Linux has no exception table entry for a synchronous external abort at EL1: it
 * dies of one (do_sea() in arch/arm64/mm/fault.c). But it asks the die chain
 * first, and a notifier that mends the registers and says NOTIFY_STOP lets the
 * kernel go on. An injected permission fault ends the same way.
 */
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

static DEFINE_MUTEX(lock);
static char result[32] = "none";

/* Who is poking; only that task's aborts are survived. */
static struct task_struct *poker;

/* poke_*(address, value) -> value read or as given; x1 is 1 after an abort. */
asm("	.pushsection .text\n"
    "	.p2align 2\n"
    "poke_read:\n"
    "	hint	#34\n"
    "	ldr	w0, [x0]\n"
    "	b	poke_done\n"
    "poke_write:\n"
    "	hint	#34\n"
    "	str	w1, [x0]\n"
    "	b	poke_done\n"
    "poke_exec:\n"
    "	hint	#34\n"
    "	mov	x9, x30\n"
    "	blr	x0\n"
    "	mov	x30, x9\n"
    "poke_done:\n"
    "	mov	x1, #0\n"
    "	ret\n"
    "poke_exec_aborted:\n"
    "	mov	x30, x9\n"
    "poke_aborted:\n"
    "	mov	x1, #1\n"
    "	ret\n"
    "	.popsection\n");

extern char poke_read[], poke_write[], poke_exec[], poke_done[];
extern char poke_aborted[], poke_exec_aborted[];

static int survive(struct notifier_block *block, unsigned long reason, void *data)
{
	struct die_args *args = data;
	unsigned long pc;

	if (reason != DIE_OOPS || !args->regs || current != READ_ONCE(poker))
		return NOTIFY_DONE;
	pc = args->regs->pc;
	if (pc >= (unsigned long)poke_read && pc < (unsigned long)poke_exec)
		args->regs->pc = (unsigned long)poke_aborted;
	else
		args->regs->pc = (unsigned long)poke_exec_aborted;
	return NOTIFY_STOP;
}

static struct notifier_block block = { .notifier_call = survive, .priority = INT_MAX };

static bool poke_at(const char *how, void *address, u64 *value)
{
	register u64 x0 asm("x0") = (u64)address;
	register u64 x1 asm("x1") = *value;

	WRITE_ONCE(poker, current);
	asm volatile("blr	%2" : "+r"(x0), "+r"(x1) : "r"(how) : "x9", "x30", "cc", "memory");
	WRITE_ONCE(poker, NULL);
	*value = x0;
	return x1 == 0;
}

/* The kernel keeps this function from modules; a probe tells where it is. */
static int make_executable(void *mapping)
{
	struct kprobe probe = { .symbol_name = "set_memory_x" };
	int (*set_memory_x)(unsigned long address, int pages);
	int err = register_kprobe(&probe);

	if (err)
		return err;
	set_memory_x = (void *)probe.addr;
	unregister_kprobe(&probe);
	return set_memory_x((unsigned long)mapping, 1);
}

static void *map_executable(phys_addr_t phys)
{
	struct page *page = pfn_to_page(PHYS_PFN(phys));
	void *mapping;

	if (!pfn_valid(PHYS_PFN(phys)))
		return NULL;
	/* VM_ALLOC: permissions of other mappings cannot be changed. */
	mapping = vmap(&page, 1, VM_ALLOC, PAGE_KERNEL);
	if (mapping && make_executable(mapping)) {
		vunmap(mapping);
		return NULL;
	}
	return mapping;
}

static int poke(const char *operation, u64 phys, u64 value)
{
	phys_addr_t page = phys & PAGE_MASK;
	bool exec = strcmp(operation, "exec") == 0;
	void *mapping = exec ? map_executable(page) : memremap(page, PAGE_SIZE, MEMREMAP_WB);
	void *address = mapping + (phys - page);

	if (!mapping)
		return -ENXIO;
	if (exec)
		strscpy(result, poke_at(poke_exec, address, &value) ? "returned" : "aborted",
			sizeof(result));
	else if (!poke_at(strcmp(operation, "read") ? poke_write : poke_read, address, &value))
		strscpy(result, "aborted", sizeof(result));
	else if (strcmp(operation, "read") == 0)
		snprintf(result, sizeof(result), "value 0x%x", (u32)value);
	else
		strscpy(result, "written", sizeof(result));
	if (exec)
		vunmap(mapping);
	else
		memunmap(mapping);
	return 0;
}

static int set_poke(const char *text, const struct kernel_param *param)
{
	char operation[8];
	u64 value = 0;
	u64 phys;
	int err;

	if (sscanf(text, "%7s %lli %lli", operation, &phys, &value) < 2 || phys % 4)
		return -EINVAL;
	if (strcmp(operation, "read") && strcmp(operation, "write") && strcmp(operation, "exec"))
		return -EINVAL;
	mutex_lock(&lock);
	err = poke(operation, phys, value);
	mutex_unlock(&lock);
	return err;
}

static int get_poke(char *buf, const struct kernel_param *param)
{
	int count;

	mutex_lock(&lock);
	count = sysfs_emit(buf, "%s\n", result);
	mutex_unlock(&lock);
	return count;
}

static const struct kernel_param_ops poke_ops = { .set = set_poke, .get = get_poke };
module_param_cb(poke, &poke_ops, NULL, 0600);

static int __init poke_init(void)
{
	return register_die_notifier(&block);
}

static void __exit poke_exit(void)
{
	unregister_die_notifier(&block);
}

module_init(poke_init);
module_exit(poke_exit);
MODULE_DESCRIPTION("Bulkhead: test module that touches physical addresses");
MODULE_LICENSE("GPL");
