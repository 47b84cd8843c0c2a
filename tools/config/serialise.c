// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiled together with one config source, this is a program that writes the
 * .cell file: PROGRAM FILE. It checks only what the format cannot express; the
 * rules are for `hvctl config check`.
 *
 * Integers are written byte by byte, so any host builds configs for any machine.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bulkhead-config.h>

static const struct bh_config_source *const source = &bulkhead_config;
static unsigned char *blob;
static size_t blob_size;

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(uint32_t line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: error: ", source->file ? source->file : "config", line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static size_t reserve(size_t bytes)
{
	size_t at = blob_size;

	blob_size += (bytes + 7) & ~(size_t)7;
	blob = realloc(blob, blob_size);
	if (!blob)
		fail(0, "out of memory");
	memset(blob + at, 0, blob_size - at);
	return at;
}

static void put(size_t at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		blob[at + i] = (unsigned char)(value >> (8 * i));
}

#define PUT(base, type, field, value)                                                              \
	put((base) + offsetof(type, field), (value), sizeof(((type *)0)->field))
#define PUT_HEADER(field, value) PUT(0, struct bh_config, field, value)

static void put_text(size_t at, size_t size, const char *text, uint32_t line, const char *what)
{
	if (!text)
		return;
	if (strlen(text) >= size)
		fail(line, "%s \"%s\" is longer than %zu characters; shorten it", what, text,
		     size - 1);
	memcpy(blob + at, text, strlen(text));
}

/* Reserves an array and enters it in the header. */
static size_t put_array(size_t header_field, size_t count, size_t entry_size)
{
	size_t at = count ? reserve(count * entry_size) : 0;

	put(header_field, at, 4);
	put(header_field + 4, count, 4);
	return at;
}

#define PUT_ARRAY(field, count, type)                                                              \
	put_array(offsetof(struct bh_config, field), (count), sizeof(type))

static void check_count(size_t count, size_t max, const char *what)
{
	if (count > max)
		fail(source->line, "%zu %s; the format allows %zu", count, what, max);
}

static void put_header(void)
{
	reserve(sizeof(struct bh_config));
	memcpy(blob, BH_CONFIG_MAGIC, 8);
	PUT_HEADER(version, BH_CONFIG_VERSION);
	PUT_HEADER(arch, source->arch);
	PUT_HEADER(kind, source->kind);
	PUT_HEADER(flags, source->flags);
	PUT_HEADER(fault_policy, source->fault_policy);
	put_text(offsetof(struct bh_config, name), BH_NAME_SIZE, source->name, source->line,
		 "name");
	put_text(offsetof(struct bh_config, cmdline), BH_CMDLINE_SIZE, source->cmdline,
		 source->line, "command line");
	PUT_HEADER(entry, source->entry);
	PUT_HEADER(entry_arg, source->entry_arg);
	PUT_HEADER(hypervisor_phys, source->hypervisor_phys);
	PUT_HEADER(hypervisor_size, source->hypervisor_size);
	PUT_HEADER(console.type, source->console.type);
	PUT_HEADER(console.irq, source->console.irq);
	PUT_HEADER(console.phys, source->console.phys);
}

static void put_cpus(void)
{
	size_t at = PUT_ARRAY(cpus, source->cpus.count, uint64_t);

	for (size_t i = 0; i < source->cpus.count; i++)
		put(at + i * sizeof(uint64_t), source->cpus.entries[i].id, sizeof(uint64_t));
}

static void put_memory(void)
{
	size_t at = PUT_ARRAY(memory, source->memory.count, struct bh_memory);

	for (size_t i = 0; i < source->memory.count; i++, at += sizeof(struct bh_memory)) {
		const struct bh_memory_source *m = &source->memory.entries[i];

		PUT(at, struct bh_memory, phys, m->phys);
		PUT(at, struct bh_memory, virt, m->virt);
		PUT(at, struct bh_memory, size, m->size);
		PUT(at, struct bh_memory, flags, m->flags);
	}
}

static void put_irqs(void)
{
	size_t at = PUT_ARRAY(irqs, source->irqs.count, struct bh_irq);

	for (size_t i = 0; i < source->irqs.count; i++, at += sizeof(struct bh_irq)) {
		const struct bh_irq_source *irq = &source->irqs.entries[i];

		PUT(at, struct bh_irq, first, irq->first);
		PUT(at, struct bh_irq, count, irq->count);
		PUT(at, struct bh_irq, flags, irq->flags);
	}
}

static void put_platform(void)
{
	size_t at = PUT_ARRAY(platform, source->platform.count, struct bh_platform);

	for (size_t i = 0; i < source->platform.count; i++, at += sizeof(struct bh_platform)) {
		const struct bh_platform_source *p = &source->platform.entries[i];

		PUT(at, struct bh_platform, type, p->type);
		PUT(at, struct bh_platform, phys, p->phys);
		PUT(at, struct bh_platform, size, p->size);
	}
}

/* --- The part for tools: where each entry was written ------------------- */

#define MAX_FILES 64

static size_t source_at;
static const char *files[MAX_FILES]; /* names, without repetition */
static size_t file_count;

/* Where the name of a file will start among the names. */
static size_t file_offset(const char *file)
{
	size_t offset = 0;

	for (size_t i = 0; i < file_count; i++) {
		if (!strcmp(files[i], file))
			return offset;
		offset += strlen(files[i]) + 1;
	}
	if (file_count == MAX_FILES)
		fail(source->line, "the entries come from more than %d files", MAX_FILES);
	files[file_count++] = file;
	return offset;
}

static void put_source(uint32_t list, uint32_t index, const char *file, uint32_t line,
		       const char *label)
{
	PUT(source_at, struct bh_source, file, file_offset(file ? file : ""));
	PUT(source_at, struct bh_source, list, list);
	PUT(source_at, struct bh_source, index, index);
	PUT(source_at, struct bh_source, line, line);
	put_text(source_at + offsetof(struct bh_source, label),
		 sizeof(((struct bh_source *)0)->label), label, line, "label");
	source_at += sizeof(struct bh_source);
}

#define PUT_SOURCES(list, field)                                                                   \
	do {                                                                                       \
		for (size_t i = 0; i < source->field.count; i++)                                   \
			put_source((list), i, source->field.entries[i].file,                       \
				   source->field.entries[i].line, source->field.entries[i].label); \
	} while (0)

static void put_files(void)
{
	size_t size = 0, at;

	for (size_t i = 0; i < file_count; i++)
		size += strlen(files[i]) + 1;
	at = PUT_ARRAY(source_file, size, char);
	for (size_t i = 0; i < file_count; i++) {
		memcpy(blob + at, files[i], strlen(files[i]));
		at += strlen(files[i]) + 1;
	}
}

static void put_tool_part(void)
{
	size_t count = 1 + source->cpus.count + source->memory.count + source->irqs.count +
		       source->platform.count;

	source_at = PUT_ARRAY(source, count, struct bh_source);
	put_source(BH_LIST_HEADER, 0, source->file, source->line, source->name ? source->name : "");
	PUT_SOURCES(BH_LIST_CPUS, cpus);
	PUT_SOURCES(BH_LIST_MEMORY, memory);
	PUT_SOURCES(BH_LIST_IRQS, irqs);
	PUT_SOURCES(BH_LIST_PLATFORM, platform);
	put_files();
}

static int write_file(const char *path)
{
	FILE *file = fopen(path, "wb");
	bool written = file && fwrite(blob, 1, blob_size, file) == blob_size;

	if (file && fclose(file))
		written = false;
	if (written)
		return 0;
	fprintf(stderr, "error: %s was not written: %s\n", path, strerror(errno));
	remove(path);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE.cell\n", argv[0]);
		return 2;
	}
	check_count(source->cpus.count, BH_MAX_CPUS, "CPUs");
	check_count(source->memory.count, BH_CONFIG_MAX_ENTRIES, "memory regions");
	check_count(source->irqs.count, BH_CONFIG_MAX_ENTRIES, "interrupt ranges");
	check_count(source->platform.count, BH_CONFIG_MAX_ENTRIES, "platform devices");
	put_header();
	put_cpus();
	put_memory();
	put_irqs();
	put_platform();
	PUT_HEADER(total_size, blob_size);
	put_tool_part();
	PUT_HEADER(file_size, blob_size);
	return write_file(argv[1]);
}
