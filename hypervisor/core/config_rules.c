// SPDX-License-Identifier: GPL-2.0-only
/*
 * The config rules, but for those on the format (config_format.c). config_rules.h
 * tells who uses them and how; the numbers are in <bulkhead/rules.h>,
 * docs/configuring.md explains each.
 *
 * An entry that is wrong by itself is reported for that alone and is left out of
 * the comparisons between entries: one mistake, one report.
 */
#include "config_rules.h"

#define HV_MEMORY_UNIT (2ull << 20)
#define HV_MEMORY_MAX (64ull << 20)

#define RIGHTS_FLAGS (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_DMA)
#define KIND_FLAGS (BH_MEM_FLAGS & ~RIGHTS_FLAGS)

/* Cell flags that say nothing about the root cell. */
#define CELL_ONLY_FLAGS (BH_CELL_PASSIVE | BH_CELL_LOCKABLE)

struct check {
	const struct config_limits *limits;
	const struct bh_config *config; /* under scrutiny */
	const struct bh_config *system; /* the same, for a system config */
	bh_rule_fn fn; /* NULL once it wants to hear no more */
	void *ctx;
	const struct bh_config *const *cells;
	const struct bh_config *other; /* of cells, the one compared with */
	unsigned int cell_count;
	uint32_t list; /* the entry under scrutiny */
	uint32_t index;
	bool passed;
};

/* The entry under scrutiny breaks a rule, together with another entry. */
static void clash(struct check *c, enum bh_rule rule, const struct bh_config *other, uint32_t list,
		  uint32_t index)
{
	const struct bh_rule_hit hit = {
		.rule = rule,
		.a = { c->config, c->list, c->index },
		.b = { other, list, index },
	};

	c->passed = false;
	if (c->fn && !c->fn(c->ctx, &hit))
		c->fn = NULL;
}

static void hit(struct check *c, enum bh_rule rule)
{
	clash(c, rule, NULL, BH_LIST_HEADER, 0);
}

static uint32_t count_of(const struct bh_config *config, uint32_t list)
{
	const char *arrays = (const char *)config + offsetof(struct bh_config, cpus);

	return ((const struct bh_array *)arrays)[list - BH_LIST_CPUS].count;
}

_Static_assert(offsetof(struct bh_config, platform) - offsetof(struct bh_config, cpus) ==
		       (BH_LIST_PLATFORM - BH_LIST_CPUS) * sizeof(struct bh_array),
	       "arrays are in order");

/* Looks at each entry of a list, then at the header again. */
static void each(struct check *c, uint32_t list, void (*look)(struct check *c, uint32_t index))
{
	c->list = list;
	for (c->index = 0; c->index < count_of(c->config, list); c->index++)
		look(c, c->index);
	c->list = BH_LIST_HEADER;
	c->index = 0;
}

static bool is_system(const struct check *c)
{
	return c->config->kind == BH_CONFIG_SYSTEM;
}

/* Modulo 2^64, so no sum can wrap: the later start lies within the earlier range. */
static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && (a - b < b_size || b - a < a_size);
}

static bool within(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size <= b_size && a - b <= b_size - a_size;
}

/* Whether a range lies within what addresses can name. */
static bool addressable(const struct check *c, uint64_t start, uint64_t size)
{
	return within(start, size, 0, 1ull << c->limits->address_bits);
}

/* --- Header ------------------------------------------------------------- */

static bool name_char(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ||
	       ch == '_' || ch == '.' || ch == '-';
}

static void check_name(struct check *c)
{
	const char *name = c->config->name;
	bool good = name[0] && name[0] != '.' && name[0] != '-';

	for (; *name; name++)
		good &= name_char(*name);
	if (!good)
		hit(c, BH_RULE_NAME);
}

static bool same_name(const struct bh_config *a, const struct bh_config *b)
{
	for (size_t i = 0; i < BH_NAME_SIZE; i++) {
		if (a->name[i] != b->name[i])
			return false;
		if (!a->name[i])
			break;
	}
	return true;
}

static void check_name_taken(struct check *c, const struct bh_config *other)
{
	if (same_name(c->config, other))
		clash(c, BH_RULE_NAME_TWICE, other, BH_LIST_HEADER, 0);
}

/* Fields that belong to the other kind of config are 0. */
static bool foreign_fields(const struct check *c)
{
	const struct bh_config *config = c->config;

	if (is_system(c))
		return config->entry || config->entry_arg || config->cmdline[0];
	return config->hypervisor_phys || config->hypervisor_size || config->platform.count;
}

static bool reserved_fields(const struct bh_config *config)
{
	uint32_t used = 0;

	for (size_t i = 0; i < sizeof(config->reserved) / sizeof(config->reserved[0]); i++)
		used |= config->reserved[i].offset | config->reserved[i].count;
	return used;
}

static void check_flags(struct check *c)
{
	const struct bh_config *config = c->config;
	uint32_t allowed = c->limits->flags & ~(is_system(c) ? CELL_ONLY_FLAGS : 0);
	uint32_t exclusive = config->flags & c->limits->exclusive_flags;

	if ((config->flags & ~allowed) || config->fault_policy > BH_FAULT_INJECT ||
	    foreign_fields(c) || reserved_fields(config))
		hit(c, BH_RULE_FLAGS);
	if (exclusive & (exclusive - 1))
		hit(c, BH_RULE_GIC_MODE);
}

/* --- CPUs --------------------------------------------------------------- */

/* Position of a CPU in a config's list, or its length when it is not in it. */
static uint32_t find_cpu(const struct bh_config *config, uint64_t cpu)
{
	uint32_t i = 0;

	while (i < config->cpus.count && config_cpus(config)[i] != cpu)
		i++;
	return i;
}

static bool has_cpu(const struct bh_config *config, uint64_t cpu)
{
	return find_cpu(config, cpu) < config->cpus.count;
}

static void check_cpu(struct check *c, uint32_t index)
{
	uint64_t cpu = config_cpus(c->config)[index];
	uint32_t first = find_cpu(c->config, cpu);

	if (first < index)
		clash(c, BH_RULE_CPU_TWICE, c->config, BH_LIST_CPUS, first);
	if (cpu & ~c->limits->cpu_id_mask || !has_cpu(c->system, cpu))
		hit(c, BH_RULE_CPU_UNKNOWN);
}

static void check_cpu_taken(struct check *c, uint32_t index)
{
	uint64_t cpu = config_cpus(c->config)[index];

	if (has_cpu(c->other, cpu))
		clash(c, BH_RULE_CPU_TAKEN, c->other, BH_LIST_CPUS, find_cpu(c->other, cpu));
}

static bool in_some_cell(const struct check *c, uint64_t cpu)
{
	bool found = has_cpu(c->config, cpu);

	for (unsigned int i = 0; i < c->cell_count; i++)
		found |= has_cpu(c->cells[i], cpu);
	return found;
}

static void check_root_keeps_cpu(struct check *c)
{
	for (uint32_t i = 0; i < c->system->cpus.count; i++)
		if (!in_some_cell(c, config_cpus(c->system)[i]))
			return;
	hit(c, BH_RULE_CPU_ALL);
}

/* --- Entries by themselves ---------------------------------------------- */

static enum bh_rule region_flags_rule(const struct check *c, const struct bh_memory *m)
{
	const uint32_t comm = BH_MEM_COMM | BH_MEM_READ | BH_MEM_WRITE;
	uint32_t kind = m->flags & KIND_FLAGS;

	if (m->reserved || (m->flags & ~BH_MEM_FLAGS))
		return BH_RULE_FLAGS;
	if (!(m->flags & BH_MEM_READ) ||
	    /* One kind at most; only device registers may be shared besides. */
	    (kind & (kind - 1) && kind != (BH_MEM_IO | BH_MEM_ROOTSHARED)) ||
	    ((m->flags & BH_MEM_IO) && (m->flags & (BH_MEM_EXEC | BH_MEM_DMA))) ||
	    ((m->flags & BH_MEM_COMM) && (m->flags != comm || m->phys)) ||
	    (is_system(c) && (kind & ~BH_MEM_IO)))
		return BH_RULE_MEM_FLAGS;
	return BH_RULE_NONE;
}

static enum bh_rule region_rule(const struct check *c, const struct bh_memory *m)
{
	if ((m->phys | m->virt | m->size) % BH_PAGE_SIZE || !m->size)
		return BH_RULE_MEM_ALIGN;
	if (!addressable(c, m->phys, m->size) || !addressable(c, m->virt, m->size))
		return BH_RULE_MEM_WRAP;
	if (is_system(c) && m->virt != m->phys)
		return BH_RULE_MEM_IDENTITY;
	return region_flags_rule(c, m);
}

static enum bh_rule irq_rule(const struct check *c, const struct bh_irq *irq)
{
	const struct config_limits *limits = c->limits;

	if (irq->reserved || (irq->flags & ~BH_IRQ_FLAGS))
		return BH_RULE_FLAGS;
	if (!irq->count || !within(irq->first, irq->count, limits->irq_first,
				   (uint64_t)limits->irq_last - limits->irq_first + 1))
		return BH_RULE_IRQ_RANGE;
	return BH_RULE_NONE;
}

/* The rule that an entry of the config under scrutiny breaks by itself. */
static enum bh_rule entry_rule(const struct check *c, uint32_t list, uint32_t index)
{
	if (list == BH_LIST_MEMORY)
		return region_rule(c, &config_memory(c->config)[index]);
	if (list == BH_LIST_IRQS)
		return irq_rule(c, &config_irqs(c->config)[index]);
	return BH_RULE_NONE;
}

/* --- Ranges: what memory, interrupts and platform devices have in common -- */

struct range {
	uint64_t start;
	uint64_t size;
	uint32_t flags;
};

/* Physical ranges, numbers of interrupts. The comm page is nowhere physically. */
static struct range range_of(const struct bh_config *config, uint32_t list, uint32_t index)
{
	const struct bh_memory *m = &config_memory(config)[index];
	const struct bh_irq *irq = &config_irqs(config)[index];
	const struct bh_platform *p = &config_platform(config)[index];

	if (list == BH_LIST_MEMORY)
		return (struct range){ m->phys, m->flags & BH_MEM_COMM ? 0 : m->size, m->flags };
	if (list == BH_LIST_IRQS)
		return (struct range){ irq->first, irq->count, irq->flags };
	return (struct range){ p->phys, p->size, 0 };
}

/*
 * Compares the entry under scrutiny with the first @count ones of a list of @other.
 * Overlaps break @rule, unless both sides have the flag @shared.
 */
static bool check_overlaps(struct check *c, enum bh_rule rule, const struct bh_config *other,
			   uint32_t list, uint32_t count, uint32_t shared)
{
	const struct range r = range_of(c->config, c->list, c->index);
	bool clean = true;

	for (uint32_t i = 0; i < count; i++) {
		const struct range o = range_of(other, list, i);

		if (!overlap(r.start, r.size, o.start, o.size) || (r.flags & o.flags & shared))
			continue;
		if (other == c->config && entry_rule(c, list, i) != BH_RULE_NONE)
			continue;
		clash(c, rule, other, list, i);
		clean = false;
	}
	return clean;
}

/*
 * What a cell gets is a part of one entry of the root cell's list, of the same
 * kind (@same: flags that must be equal), with no more rights. A second view of
 * memory with another type would break the coherence of caches.
 */
static void check_part_of_root(struct check *c, enum bh_rule rule, uint32_t same)
{
	const struct range r = range_of(c->config, c->list, c->index);

	for (uint32_t i = 0; i < count_of(c->system, c->list); i++) {
		const struct range root = range_of(c->system, c->list, i);

		if (within(r.start, r.size, root.start, root.size) &&
		    !((r.flags ^ root.flags) & same) && !(r.flags & RIGHTS_FLAGS & ~root.flags))
			return;
	}
	hit(c, rule);
}

/* --- Memory ------------------------------------------------------------- */

static void check_overlap_virt(struct check *c, const struct bh_memory *m)
{
	const struct bh_memory *n = config_memory(c->config);

	for (uint32_t i = 0; i < c->index; i++, n++)
		if (overlap(m->virt, m->size, n->virt, n->size) &&
		    entry_rule(c, BH_LIST_MEMORY, i) == BH_RULE_NONE)
			clash(c, BH_RULE_MEM_OVERLAP_VIRT, c->config, BH_LIST_MEMORY, i);
}

/* Memory that no cell may have. */
static bool check_forbidden(struct check *c, const struct bh_memory *m)
{
	const struct bh_config *s = c->system;

	if (overlap(m->phys, m->size, s->hypervisor_phys, s->hypervisor_size)) {
		clash(c, BH_RULE_MEM_HYPERVISOR, s, BH_LIST_HEADER, 0);
		return false;
	}
	return check_overlaps(c, BH_RULE_MEM_PLATFORM, s, BH_LIST_PLATFORM, s->platform.count, 0);
}

static void check_region(struct check *c, uint32_t index)
{
	const struct bh_memory *m = &config_memory(c->config)[index];
	enum bh_rule rule = entry_rule(c, BH_LIST_MEMORY, index);

	if (rule != BH_RULE_NONE) {
		hit(c, rule);
		return;
	}
	/* In the root cell, virtual is physical. */
	if (!is_system(c))
		check_overlap_virt(c, m);
	check_overlaps(c, BH_RULE_MEM_OVERLAP_PHYS, c->config, BH_LIST_MEMORY, index, 0);
	if (m->flags & BH_MEM_COMM)
		return;
	if (check_forbidden(c, m) && !is_system(c))
		check_part_of_root(c, BH_RULE_MEM_NOT_ROOT, BH_MEM_IO);
	if ((m->flags & BH_MEM_DMA) && !(c->config->flags & BH_CELL_ALLOW_UNPROTECTED_DMA))
		hit(c, BH_RULE_DMA);
}

static void check_region_taken(struct check *c, uint32_t index)
{
	if (entry_rule(c, BH_LIST_MEMORY, index) == BH_RULE_NONE)
		check_overlaps(c, BH_RULE_MEM_TAKEN, c->other, BH_LIST_MEMORY,
			       c->other->memory.count, BH_MEM_ROOTSHARED);
}

/* --- Interrupts --------------------------------------------------------- */

static void check_irq(struct check *c, uint32_t index)
{
	enum bh_rule rule = entry_rule(c, BH_LIST_IRQS, index);

	if (rule != BH_RULE_NONE) {
		hit(c, rule);
		return;
	}
	check_overlaps(c, BH_RULE_IRQ_TWICE, c->config, BH_LIST_IRQS, index, 0);
	if (!is_system(c))
		check_part_of_root(c, BH_RULE_IRQ_NOT_ROOT, BH_IRQ_FLAGS);
}

static void check_irq_taken(struct check *c, uint32_t index)
{
	if (entry_rule(c, BH_LIST_IRQS, index) == BH_RULE_NONE)
		check_overlaps(c, BH_RULE_IRQ_TAKEN, c->other, BH_LIST_IRQS, c->other->irqs.count,
			       0);
}

/* --- Platform ----------------------------------------------------------- */

static const struct config_platform_limit *platform_limit(const struct check *c, uint32_t type)
{
	for (uint32_t i = 0; i < c->limits->platform_count; i++)
		if (c->limits->platform[i].type == type)
			return &c->limits->platform[i];
	return NULL;
}

static bool platform_fits(const struct check *c, const struct bh_platform *p,
			  const struct config_platform_limit *limit)
{
	uint32_t parts = limit->per_cpu ? c->config->cpus.count : 1;

	return p->phys % limit->align == 0 && p->size % limit->unit == 0 && p->size &&
	       addressable(c, p->phys, p->size) && p->size >= (uint64_t)limit->unit * parts &&
	       (limit->per_cpu || p->size == limit->unit) &&
	       !overlap(p->phys, p->size, c->config->hypervisor_phys, c->config->hypervisor_size);
}

static void check_platform(struct check *c, uint32_t index)
{
	const struct bh_platform *all = config_platform(c->config), *p = &all[index];
	const struct config_platform_limit *limit = platform_limit(c, p->type);

	if (p->flags)
		hit(c, BH_RULE_FLAGS);
	if (!limit || !platform_fits(c, p, limit)) {
		hit(c, BH_RULE_PLATFORM);
		return;
	}
	check_overlaps(c, BH_RULE_PLATFORM, c->config, BH_LIST_PLATFORM, index, 0);
	for (uint32_t i = 0; i < index; i++)
		if (p->type == all[i].type && !limit->many)
			clash(c, BH_RULE_PLATFORM, c->config, BH_LIST_PLATFORM, i);
}

static bool has_platform(const struct check *c, uint32_t type)
{
	const struct bh_platform *p = config_platform(c->config);

	for (uint32_t i = 0; i < c->config->platform.count; i++)
		if (p[i].type == type)
			return true;
	return false;
}

static void check_platform_needed(struct check *c)
{
	const struct config_platform_limit *limit = c->limits->platform;

	for (uint32_t i = 0; i < c->limits->platform_count; i++, limit++)
		if (limit->needed && !has_platform(c, limit->type))
			hit(c, BH_RULE_PLATFORM_MISSING);
}

static void check_hypervisor_memory(struct check *c)
{
	uint64_t phys = c->config->hypervisor_phys, size = c->config->hypervisor_size;

	if ((phys | size) % HV_MEMORY_UNIT || !size || size > HV_MEMORY_MAX ||
	    !addressable(c, phys, size))
		hit(c, BH_RULE_HV_MEMORY);
}

/* --- Cells: entry, comm page, console ----------------------------------- */

static bool in_region(const struct check *c, uint64_t virt, uint32_t flag)
{
	const struct bh_memory *m = config_memory(c->config);

	for (uint32_t i = 0; i < c->config->memory.count; i++, m++)
		if ((m->flags & flag) && virt - m->virt < m->size)
			return true;
	return false;
}

static void check_entry(struct check *c)
{
	if (c->config->entry % c->limits->entry_align ||
	    !in_region(c, c->config->entry, BH_MEM_EXEC))
		hit(c, BH_RULE_ENTRY);
}

static void check_comm(struct check *c, uint32_t index)
{
	const struct bh_memory *all = config_memory(c->config);

	if (!(all[index].flags & BH_MEM_COMM))
		return;
	if (entry_rule(c, BH_LIST_MEMORY, index) == BH_RULE_NONE && all[index].size != BH_PAGE_SIZE)
		hit(c, BH_RULE_COMM);
	for (uint32_t i = 0; i < index; i++)
		if (all[i].flags & BH_MEM_COMM)
			clash(c, BH_RULE_COMM, c->config, BH_LIST_MEMORY, i);
}

static void check_comm_needed(struct check *c)
{
	uint32_t flags = 0;

	for (uint32_t i = 0; i < c->config->memory.count; i++)
		flags |= config_memory(c->config)[i].flags;
	if (!(flags & BH_MEM_COMM) && !(c->config->flags & BH_CELL_PASSIVE))
		hit(c, BH_RULE_COMM_NEEDED);
}

static bool has_irq(const struct check *c, uint32_t number)
{
	const struct bh_irq *irq = config_irqs(c->config);

	for (uint32_t i = 0; i < c->config->irqs.count; i++)
		if (number - irq[i].first < irq[i].count)
			return true;
	return false;
}

static bool console_fits(const struct check *c)
{
	const struct bh_console_config *console = &c->config->console;

	if (console->irq && !has_irq(c, console->irq))
		return false;
	switch (console->type) {
	case BH_CONSOLE_NONE:
		return !console->phys && !console->irq;
	case BH_CONSOLE_PL011:
	case BH_CONSOLE_8250_MMIO:
		return in_region(c, console->phys, BH_MEM_IO);
	case BH_CONSOLE_8250_PORT:
		return console->phys && console->phys <= c->limits->port_last;
	case BH_CONSOLE_HYPERCALL:
		return !is_system(c) && !console->phys && !console->irq;
	}
	return false;
}

/* --- The whole ---------------------------------------------------------- */

static void check_common(struct check *c)
{
	check_name(c);
	check_flags(c);
	if (!console_fits(c))
		hit(c, BH_RULE_CONSOLE);
	if (!c->config->cpus.count)
		hit(c, BH_RULE_NO_CPU);
	each(c, BH_LIST_CPUS, check_cpu);
	each(c, BH_LIST_MEMORY, check_region);
	each(c, BH_LIST_IRQS, check_irq);
}

static void check_beside(struct check *c, const struct bh_config *other)
{
	c->other = other;
	check_name_taken(c, other);
	each(c, BH_LIST_CPUS, check_cpu_taken);
	each(c, BH_LIST_MEMORY, check_region_taken);
	each(c, BH_LIST_IRQS, check_irq_taken);
}

bool config_check_system(const struct config_limits *limits, const struct bh_config *system,
			 bh_rule_fn fn, void *ctx)
{
	struct check c = { limits, system, system, fn, ctx, .passed = true };

	check_common(&c);
	check_hypervisor_memory(&c);
	each(&c, BH_LIST_PLATFORM, check_platform);
	check_platform_needed(&c);
	return c.passed;
}

bool config_check_cell(const struct config_limits *limits, const struct bh_config *system,
		       const struct bh_config *const *cells, unsigned int count,
		       const struct bh_config *cell, bh_rule_fn fn, void *ctx)
{
	struct check c = { limits, cell, system, fn, ctx, .passed = true };

	c.cells = cells;
	c.cell_count = count;
	check_common(&c);
	check_name_taken(&c, system);
	check_root_keeps_cpu(&c);
	check_entry(&c);
	each(&c, BH_LIST_MEMORY, check_comm);
	check_comm_needed(&c);
	for (unsigned int i = 0; i < count; i++)
		check_beside(&c, cells[i]);
	return c.passed;
}
