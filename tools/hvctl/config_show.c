// SPDX-License-Identifier: GPL-2.0-only
/* hvctl config show: a config as tables, or as JSON. */
#include <inttypes.h>
#include "cmd_config.h"
#include "json.h"
#include "table.h"
#include "words.h"

#define HEX(value) must_format("0x%" PRIx64, (uint64_t)(value))

static const char *main_source(const struct config_file *file)
{
	return config_source_path(file, config_source(file, BH_LIST_HEADER, 0));
}

static void show_header(const struct config_file *file)
{
	const struct bh_config *config = file->config;
	struct table table = { .columns = 2 };

	table_row(&table, config_is_system(file) ? "system" : "cell", config->name);
	table_row(&table, "architecture", arch_name(config->arch));
	if (main_source(file))
		table_row(&table, "source", main_source(file));
	if (config->flags)
		table_row(&table, "flags", cell_flags(config->flags));
	if (config_is_system(file)) {
		table_row(&table, "hypervisor",
			  must_format("0x%" PRIx64 ", %s", config->hypervisor_phys,
				      human_size(config->hypervisor_size)));
	} else {
		table_row(&table, "on a fault",
			  config->fault_policy == BH_FAULT_INJECT ? "inject an abort" : "stop");
		table_row(&table, "entry",
			  must_format("0x%" PRIx64 ", argument 0x%" PRIx64, config->entry,
				      config->entry_arg));
		if (config->cmdline[0])
			table_row(&table, "command line", config->cmdline);
	}
	if (config->console.type)
		table_row(&table, "console",
			  config->console.phys ? must_format("%s at 0x%" PRIx64,
							     console_type(config->console.type),
							     config->console.phys)
					       : console_type(config->console.type));
	table_print(&table);
}

static void show_cpus(const struct config_file *file)
{
	struct table table = { .columns = 3, .right = 1, .indent = 2 };

	printf("\nCPUs\n");
	table_row(&table, config_is_system(file) ? "index" : "#", "hardware id", "name");
	for (uint32_t i = 0; i < file->config->cpus.count; i++)
		table_row(&table, must_format("%u", i), HEX(config_cpus(file->config)[i]),
			  config_label(file, BH_LIST_CPUS, i));
	table_print(&table);
}

static void show_memory(const struct config_file *file)
{
	struct table table = { .columns = 5, .right = 7, .indent = 2 };

	if (!file->config->memory.count)
		return;
	printf("\nMemory\n");
	table_row(&table, config_is_system(file) ? "" : "seen at", "physical", "size", "rights",
		  "name");
	for (uint32_t i = 0; i < file->config->memory.count; i++) {
		const struct bh_memory *m = &config_memory(file->config)[i];

		table_row(&table, config_is_system(file) ? "" : HEX(m->virt),
			  m->flags & BH_MEM_COMM ? "-" : HEX(m->phys), human_size(m->size),
			  memory_flags(m->flags), config_label(file, BH_LIST_MEMORY, i));
	}
	table_print(&table);
}

static void show_irqs(const struct config_file *file)
{
	struct table table = { .columns = 3, .indent = 2 };

	if (!file->config->irqs.count)
		return;
	printf("\nInterrupts\n");
	table_row(&table, "numbers", "kind", "name");
	for (uint32_t i = 0; i < file->config->irqs.count; i++) {
		const struct bh_irq *irq = &config_irqs(file->config)[i];
		uint64_t last = (uint64_t)irq->first + irq->count - 1;

		table_row(&table,
			  irq->count == 1 ? must_format("%u", irq->first)
					  : must_format("%u-%" PRIu64, irq->first, last),
			  irq->flags & BH_IRQ_RAISED ? "raised by root" : "device",
			  config_label(file, BH_LIST_IRQS, i));
	}
	table_print(&table);
}

static void show_platform(const struct config_file *file)
{
	struct table table = { .columns = 4, .right = 6, .indent = 2 };

	if (!file->config->platform.count)
		return;
	printf("\nPlatform devices\n");
	table_row(&table, "type", "physical", "size", "name");
	for (uint32_t i = 0; i < file->config->platform.count; i++) {
		const struct bh_platform *p = &config_platform(file->config)[i];

		table_row(&table, platform_type(p->type), HEX(p->phys), human_size(p->size),
			  config_label(file, BH_LIST_PLATFORM, i));
	}
	table_print(&table);
}

static void json_source(const struct config_file *file, uint32_t list, uint32_t index)
{
	const struct bh_source *source = config_source(file, list, index);

	json_text("name", source ? source->label : NULL);
	json_text("file", config_source_path(file, source));
	json_number("line", source ? source->line : 0);
}

static void json_header(const struct config_file *file)
{
	const struct bh_config *config = file->config;

	json_text("kind", config_is_system(file) ? "system" : "cell");
	json_text("name", config->name);
	json_text("architecture", arch_name(config->arch));
	json_text("source", main_source(file));
	json_text("flags", cell_flags(config->flags));
	json_text("fault_policy", config->fault_policy == BH_FAULT_INJECT ? "inject" : "stop");
	json_text("cmdline", config->cmdline);
	json_hex("entry", config->entry);
	json_hex("entry_arg", config->entry_arg);
	json_hex("hypervisor_phys", config->hypervisor_phys);
	json_hex("hypervisor_size", config->hypervisor_size);
	json_object("console");
	json_text("type", console_type(config->console.type));
	json_hex("phys", config->console.phys);
	json_number("irq", config->console.irq);
	json_end();
}

static void json_cpus(const struct config_file *file)
{
	json_array("cpus");
	for (uint32_t i = 0; i < file->config->cpus.count; i++) {
		json_object(NULL);
		json_hex("id", config_cpus(file->config)[i]);
		json_source(file, BH_LIST_CPUS, i);
		json_end();
	}
	json_end();
}

static void json_memory(const struct config_file *file)
{
	json_array("memory");
	for (uint32_t i = 0; i < file->config->memory.count; i++) {
		const struct bh_memory *m = &config_memory(file->config)[i];

		json_object(NULL);
		json_hex("phys", m->phys);
		json_hex("virt", m->virt);
		json_hex("size", m->size);
		json_text("flags", memory_flags(m->flags));
		json_source(file, BH_LIST_MEMORY, i);
		json_end();
	}
	json_end();
}

static void json_irqs(const struct config_file *file)
{
	json_array("irqs");
	for (uint32_t i = 0; i < file->config->irqs.count; i++) {
		const struct bh_irq *irq = &config_irqs(file->config)[i];

		json_object(NULL);
		json_number("first", irq->first);
		json_number("count", irq->count);
		json_bool("raised", irq->flags & BH_IRQ_RAISED);
		json_source(file, BH_LIST_IRQS, i);
		json_end();
	}
	json_end();
}

static void json_platform(const struct config_file *file)
{
	json_array("platform");
	for (uint32_t i = 0; i < file->config->platform.count; i++) {
		const struct bh_platform *p = &config_platform(file->config)[i];

		json_object(NULL);
		json_text("type", platform_type(p->type));
		json_hex("phys", p->phys);
		json_hex("size", p->size);
		json_source(file, BH_LIST_PLATFORM, i);
		json_end();
	}
	json_end();
}

int config_show(const struct command *command, int argc, char **argv)
{
	bool json = false;
	const struct option_spec options[] = { { .name = "--json", .flag = &json }, { 0 } };
	struct findings findings = { 0 };
	struct config_file file;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc != 1)
		return usage_error(command, "one file is needed");
	if (!config_load(&file, argv[0], &findings))
		return EXIT_FAILED;
	if (!json) {
		show_header(&file);
		show_cpus(&file);
		show_memory(&file);
		show_irqs(&file);
		show_platform(&file);
		return 0;
	}
	json_object(NULL);
	json_header(&file);
	json_cpus(&file);
	json_memory(&file);
	json_irqs(&file);
	json_platform(&file);
	json_end();
	return 0;
}
