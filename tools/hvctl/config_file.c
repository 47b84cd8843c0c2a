// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "config_file.h"
#include "json.h"
#include "rule_text.h"
#include "words.h"

extern const struct config_limits config_limits_arm64;

static const struct {
	const char *name;
	const struct config_limits *limits;
} archs[] = {
	{ "arm64", &config_limits_arm64 },
};

const struct config_limits *limits_of(uint16_t arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (archs[i].limits->arch == arch)
			return archs[i].limits;
	return NULL;
}

const char *arch_name(uint16_t arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (archs[i].limits->arch == arch)
			return archs[i].name;
	return "unknown";
}

bool config_is_system(const struct config_file *file)
{
	return file->config->kind == BH_CONFIG_SYSTEM;
}

/*
 * The part for tools is not covered by the rules, as the hypervisor never sees
 * it: it is checked here, whenever it is used.
 */
static const void *tool_array(const struct config_file *file, struct bh_array array,
			      size_t entry_size)
{
	const struct bh_config *config = file->config;

	if (!array.count || array.offset % 8 || array.offset < config->total_size ||
	    config->file_size > file->size ||
	    array.offset + (uint64_t)array.count * entry_size > config->file_size)
		return NULL;
	return (const char *)config + array.offset;
}

const struct bh_source *config_source(const struct config_file *file, uint32_t list, uint32_t index)
{
	const struct bh_array array = file->config->source;
	const struct bh_source *source = tool_array(file, array, sizeof(*source));

	for (uint32_t i = 0; source && i < array.count; i++, source++)
		if (source->list == list && source->index == index &&
		    memchr(source->label, 0, sizeof(source->label)))
			return source;
	return NULL;
}

const char *config_label(const struct config_file *file, uint32_t list, uint32_t index)
{
	const struct bh_source *source = config_source(file, list, index);

	return source ? source->label : "";
}

const char *config_source_path(const struct config_file *file, const struct bh_source *source)
{
	const struct bh_array array = file->config->source_file;
	const char *names = tool_array(file, array, 1);

	if (!source || !names || source->file >= array.count ||
	    !memchr(names + source->file, 0, array.count - source->file))
		return NULL;
	return names[source->file] ? names + source->file : NULL;
}

static char *describe_memory(const struct bh_memory *m, const char *label)
{
	return must_format("region '%s' (phys 0x%" PRIx64 ", virt 0x%" PRIx64 ", size 0x%" PRIx64
			   ", %s)",
			   label, m->phys, m->virt, m->size, memory_flags(m->flags));
}

static char *describe_irq(const struct bh_irq *irq, const char *label)
{
	return must_format("interrupts '%s' (%u, count %u%s)", label, irq->first, irq->count,
			   irq->flags & BH_IRQ_RAISED ? ", raised" : "");
}

static char *describe_platform(const struct bh_platform *p, const char *label)
{
	return must_format("platform device '%s' (%s, 0x%" PRIx64 ", size 0x%" PRIx64 ")", label,
			   platform_type(p->type), p->phys, p->size);
}

char *config_describe(const struct config_file *file, uint32_t list, uint32_t index)
{
	const struct bh_config *config = file->config;
	const char *label = config_label(file, list, index);

	if (!label[0])
		label = must_format("#%u", index);
	switch (list) {
	case BH_LIST_CPUS:
		return must_format("CPU '%s' (id 0x%" PRIx64 ")", label,
				   config_cpus(config)[index]);
	case BH_LIST_MEMORY:
		return describe_memory(&config_memory(config)[index], label);
	case BH_LIST_IRQS:
		return describe_irq(&config_irqs(config)[index], label);
	case BH_LIST_PLATFORM:
		return describe_platform(&config_platform(config)[index], label);
	}
	return must_format("%s '%s'", config_is_system(file) ? "system config" : "cell",
			   config->name);
}

/* --- Reports ------------------------------------------------------------ */

static const struct config_file *file_of(const struct findings *findings,
					 const struct bh_config *config)
{
	for (unsigned int i = 0; i < findings->other_count; i++)
		if (findings->others[i]->config == config)
			return findings->others[i];
	return findings->file;
}

/* "file:line: ", of the source if it is known, of the .cell file if not. */
static char *position(const struct config_file *file, const struct bh_rule_where *where)
{
	const struct bh_source *source = NULL;
	const char *path = NULL;

	if (where->config) {
		source = config_source(file, where->list, where->index);
		path = config_source_path(file, source);
	}
	if (path && source->line)
		return must_format("%s:%u", path, source->line);
	return must_format("%s", file->path);
}

static void json_where(const char *key, const struct config_file *file,
		       const struct bh_rule_where *where)
{
	static const char *const lists[] = { "header", "cpus", "memory", "irqs", "platform" };
	const struct bh_source *source = NULL;

	json_object(key);
	json_text("file", file->path);
	if (where->config) {
		source = config_source(file, where->list, where->index);
		json_text("source", config_source_path(file, source));
		json_number("line", source ? source->line : 0);
		json_text("label", source ? source->label : NULL);
		json_text("list", lists[where->list]);
		json_number("index", where->index);
		json_text("entry", config_describe(file, where->list, where->index));
	}
	json_end();
}

static void report_json(const struct findings *findings, const struct bh_rule_hit *hit)
{
	const struct rule_text *text = rule_text(hit->rule);

	json_object(NULL);
	json_text("rule", must_format("BH%03d", hit->rule));
	json_text("name", text->name);
	json_text("message", text->broken);
	json_text("remedy", text->remedy);
	json_where("where", file_of(findings, hit->a.config), &hit->a);
	if (hit->b.config)
		json_where("other", file_of(findings, hit->b.config), &hit->b);
	json_end();
}

bool findings_report(void *ctx, const struct bh_rule_hit *hit)
{
	struct findings *findings = ctx;
	const struct rule_text *text = rule_text(hit->rule);
	const struct config_file *file = file_of(findings, hit->a.config);

	findings->count++;
	if (findings->json) {
		report_json(findings, hit);
		return true;
	}
	fprintf(stderr, "%s: error BH%03d %s: ", position(file, &hit->a), hit->rule, text->name);
	if (hit->a.config)
		fprintf(stderr, "%s: ", config_describe(file, hit->a.list, hit->a.index));
	fprintf(stderr, "%s\n", text->broken);
	if (hit->b.config) {
		file = file_of(findings, hit->b.config);
		fprintf(stderr, "%s: note: the other is %s\n", position(file, &hit->b),
			config_describe(file, hit->b.list, hit->b.index));
	}
	if (!(findings->explained & (1ull << hit->rule)))
		fprintf(stderr, "  %s\n", indented_by(text->remedy, 2));
	findings->explained |= 1ull << hit->rule;
	return true;
}

/* --- Reading ------------------------------------------------------------ */

bool config_adopt(struct config_file *file, const char *path, void *blob, size_t size,
		  struct findings *findings)
{
	const struct config_limits *limits = &config_limits_arm64;
	struct bh_config *config = blob;
	uint16_t kind = BH_CONFIG_SYSTEM;

	*file = (struct config_file){ .path = path, .config = blob, .size = size };
	findings->file = file;
	if (size >= sizeof(*config)) {
		/* Architecture and kind are what the file says, as long as they are known. */
		if (limits_of(config->arch))
			limits = limits_of(config->arch);
		if (config->kind == BH_CONFIG_CELL)
			kind = BH_CONFIG_CELL;
	}
	file->limits = limits;
	return config_check_format(limits, blob, size, kind, findings_report, findings);
}

bool config_load(struct config_file *file, const char *path, struct findings *findings)
{
	size_t size;
	void *blob = read_whole(path, &size);

	if (!blob) {
		failure("config %s could not be read: %s", path, strerror(errno));
		findings->count++;
		return false;
	}
	return config_adopt(file, path, blob, size, findings);
}
