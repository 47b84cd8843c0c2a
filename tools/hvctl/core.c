// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF core files: gABI 4 and 5 (headers, notes), the layout of Linux's
 * elf_prstatus on arm64 for the registers. Written for a little-endian host.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core.h"

#define CHUNK (256u * 1024)
#define CORE_REGS 34 /* x0 to x30, sp, pc, pstate */

/* struct elf_prstatus of 64-bit Linux, with arm64's registers. */
struct prstatus {
	int32_t signal, signal_code, signal_errno;
	int16_t current_signal;
	uint16_t padding;
	uint64_t pending, held;
	int32_t pid, parent, group, session;
	uint64_t times[8];
	uint64_t regs[CORE_REGS];
	int32_t fp_valid;
	uint32_t padding2;
};

_Static_assert(sizeof(struct prstatus) == 392, "as debuggers expect it");

struct note {
	Elf64_Nhdr head;
	char name[8];
	struct prstatus status;
} __attribute__((packed)); /* notes are aligned to 4 bytes, in 64-bit files, too */

_Static_assert(sizeof(struct note) == 12 + 8 + 392, "parts follow each other");

struct writer {
	FILE *file;
	const char *path;
};

static int write_bytes(struct writer *w, const void *data, size_t size)
{
	if (fwrite(data, 1, size, w->file) == size)
		return 0;
	return failure("%s could not be written: %s", w->path, strerror(errno));
}

/* The comm page is the hypervisor's own; device registers may change by being read. */
static bool wanted(const struct bh_memory *m)
{
	return (m->flags & BH_MEM_READ) && !(m->flags & (BH_MEM_IO | BH_MEM_COMM));
}

static uint16_t count_segments(const struct config_file *config)
{
	uint16_t count = 0;

	for (uint32_t i = 0; i < config->config->memory.count; i++)
		count += wanted(&config_memory(config->config)[i]);
	return count;
}

static struct prstatus status_of(const struct bh_cpu_status *cpu)
{
	/* Process numbers start at 1, CPU indexes at 0. */
	struct prstatus status = { .pid = (int32_t)cpu->index + 1 };

	if (cpu->crash.cause == BH_CRASH_NONE)
		return status;
	status.current_signal = cpu->crash.cause == BH_CRASH_STOPPED ? SIGSTOP : SIGSEGV;
	memcpy(status.regs, cpu->crash.regs, sizeof(cpu->crash.regs));
	status.regs[31] = cpu->crash.sp;
	status.regs[32] = cpu->crash.pc;
	status.regs[33] = cpu->crash.flags;
	return status;
}

static int write_header(struct writer *w, uint16_t segments)
{
	const Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT, ELFOSABI_NONE },
		.e_type = ET_CORE,
		.e_machine = EM_AARCH64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = segments + 1,
		.e_shentsize = sizeof(Elf64_Shdr),
	};

	return write_bytes(w, &header, sizeof(header));
}

static int write_note_segment(struct writer *w, uint64_t offset, uint64_t size)
{
	const Elf64_Phdr note = {
		.p_type = PT_NOTE,
		.p_flags = PF_R,
		.p_offset = offset,
		.p_filesz = size,
		.p_align = 4,
	};

	return write_bytes(w, &note, sizeof(note));
}

static int write_load_segment(struct writer *w, const struct bh_memory *m, uint64_t offset)
{
	const Elf64_Phdr load = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | (m->flags & BH_MEM_WRITE ? PF_W : 0u) |
			   (m->flags & BH_MEM_EXEC ? PF_X : 0u),
		.p_offset = offset,
		.p_vaddr = m->virt,
		.p_paddr = m->virt,
		.p_filesz = m->size,
		.p_memsz = m->size,
		.p_align = BH_PAGE_SIZE,
	};

	return write_bytes(w, &load, sizeof(load));
}

static bool is_zero(const unsigned char *data, size_t size)
{
	return !data[0] && !memcmp(data, data + 1, size - 1);
}

/* Zeros become holes. */
static int write_region(struct writer *w, const struct bh_memory *m, core_reader reader, void *ctx)
{
	unsigned char *buffer = must_alloc(CHUNK);
	int status = 0;

	for (uint64_t done = 0; !status && done < m->size;) {
		uint64_t piece = m->size - done < CHUNK ? m->size - done : CHUNK;

		status = reader(ctx, m->virt + done, buffer, piece);
		for (uint64_t at = 0; !status && at < piece; at += BH_PAGE_SIZE) {
			if (!is_zero(buffer + at, BH_PAGE_SIZE))
				status = write_bytes(w, buffer + at, BH_PAGE_SIZE);
			else if (fseeko(w->file, BH_PAGE_SIZE, SEEK_CUR))
				status = failure("%s: %s", w->path, strerror(errno));
		}
		done += piece;
	}
	free(buffer);
	return status;
}

static uint64_t page_up(uint64_t offset)
{
	return (offset + BH_PAGE_SIZE - 1) & ~(uint64_t)(BH_PAGE_SIZE - 1);
}

static int write_headers(struct writer *w, const struct config_file *config, unsigned int cpus,
			 uint64_t *data_offset)
{
	const struct bh_memory *m = config_memory(config->config);
	uint16_t segments = count_segments(config);
	uint64_t notes = sizeof(Elf64_Ehdr) + (segments + 1u) * sizeof(Elf64_Phdr);
	uint64_t offset = page_up(notes + cpus * sizeof(struct note));
	int status = write_header(w, segments);

	*data_offset = offset;
	if (!status)
		status = write_note_segment(w, notes, cpus * sizeof(struct note));
	for (uint32_t i = 0; !status && i < config->config->memory.count; i++) {
		if (!wanted(&m[i]))
			continue;
		status = write_load_segment(w, &m[i], offset);
		offset += m[i].size;
	}
	return status;
}

static int write_notes(struct writer *w, const struct bh_cpu_status *cpus, unsigned int count,
		       unsigned int first)
{
	int status = 0;

	for (unsigned int i = 0; !status && i < count; i++) {
		const struct note note = {
			.head = {
				.n_namesz = sizeof("CORE"),
				.n_descsz = sizeof(note.status),
				.n_type = NT_PRSTATUS,
			},
			.name = "CORE",
			.status = status_of(&cpus[(first + i) % count]),
		};

		status = write_bytes(w, &note, sizeof(note));
	}
	return status;
}

static int write_memory(struct writer *w, const struct config_file *config, uint64_t offset,
			core_reader reader, void *ctx)
{
	const struct bh_memory *m = config_memory(config->config);
	int status = 0;

	if (fseeko(w->file, (off_t)offset, SEEK_SET))
		return failure("%s: %s", w->path, strerror(errno));
	for (uint32_t i = 0; !status && i < config->config->memory.count; i++)
		if (wanted(&m[i]))
			status = write_region(w, &m[i], reader, ctx);
	/* The last page may have become a hole. */
	if (!status && (fflush(w->file) || ftruncate(fileno(w->file), ftello(w->file))))
		status = failure("%s: %s", w->path, strerror(errno));
	return status;
}

int core_write(const char *path, const struct config_file *config, const struct bh_cpu_status *cpus,
	       unsigned int count, unsigned int first, core_reader reader, void *ctx)
{
	struct writer w = { .file = fopen(path, "wbe"), .path = path };
	uint64_t data_offset;
	int status;

	if (!w.file)
		return failure("%s could not be written: %s", path, strerror(errno));
	status = write_headers(&w, config, count, &data_offset);
	if (!status)
		status = write_notes(&w, cpus, count, first);
	if (!status)
		status = write_memory(&w, config, data_offset, reader, ctx);
	if (fclose(w.file) && !status)
		status = failure("%s could not be written: %s", path, strerror(errno));
	if (status)
		remove(path);
	return status;
}
