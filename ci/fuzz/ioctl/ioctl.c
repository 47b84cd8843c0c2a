// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests to /dev/bulkhead, in the guest.
 *
 *   ioctl requests SEED COUNT KEEP         any number, size, flags, pointers, cell
 *   ioctl configs SEED COUNT FILE...       BH_IOC_CELL_CREATE with what FILEs become when
 *                                          some of their bytes change
 *
 * Each must fail; KEEP is a cell that runs, and what could end it lawfully is left
 * out. A config that is still in order makes a cell: it is counted and destroyed.
 * Prints what was answered, and "BREACH" for what should not have been.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bulkhead/config.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/ioctl.h>

#define ERRNOS 200
#define MAX_FILES 4

static int device;
static uint64_t state;
static unsigned long errnos[ERRNOS], accepted;

static uint64_t random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t edge(void)
{
	uint64_t r = random64();

	switch (r >> 8 & 7) {
	case 0:
		return 0;
	case 1:
		return r >> 16 & 0xff;
	case 2:
		return ~0ull << (r & 63);
	case 3:
		return 1ull << (r & 63);
	case 4:
		return (1ull << (r & 63)) - 1;
	case 5:
		return (r >> 16 & 0xffffff) << 12;
	default:
		return random64();
	}
}

static int request(unsigned long number, void *argument)
{
	int result = ioctl(device, number, argument);
	int error = errno;

	if (result >= 0)
		return result;
	errnos[error < ERRNOS ? error : 0]++;
	return -error;
}

static void report(void)
{
	for (int i = 0; i < ERRNOS; i++)
		if (errnos[i])
			printf("errno %d (%s): %lu\n", i, strerror(i), errnos[i]);
	printf("accepted: %lu\n", accepted);
}

/* --- requests --- */

static const unsigned long requests[] = {
	BH_IOC_ENABLE,	     BH_IOC_DISABLE,	BH_IOC_CELL_CREATE,
	BH_IOC_CELL_LOAD,    BH_IOC_CELL_START, BH_IOC_CELL_SHUTDOWN,
	BH_IOC_CELL_DESTROY, BH_IOC_CELL_READ,	BH_IOC_CELL_RAISE_IRQ,
};

static unsigned long random_request(void)
{
	uint64_t r = random64();
	unsigned long number = requests[(r >> 8) % (sizeof(requests) / sizeof(requests[0]))];

	if (r & 3)
		return number;
	switch (r >> 2 & 3) {
	case 0:
		return _IOC(r >> 16 & 3, BH_IOC_MAGIC, r >> 18 & 0xff, r >> 26 & 0x3fff);
	case 1:
		return number ^ 1ul << (r >> 16 & 31);
	case 2:
		return number | r << 32;
	default:
		return random64();
	}
}

/* Memory that ends where nothing is: a structure may be cut. */
static char *edge_of_memory(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || munmap(memory + page, page)) {
		perror("ioctl: mmap");
		exit(1);
	}
	return memory + page;
}

union structure {
	struct bh_ioc_head head;
	struct bh_ioc_config config;
	struct bh_ioc_load load;
	struct bh_ioc_shutdown shutdown;
	struct bh_ioc_read read;
	struct bh_ioc_irq irq;
	uint64_t words[8];
};

static void fill(union structure *s, unsigned long number, uint32_t keep)
{
	uint64_t r = random64();

	for (size_t i = 0; i < sizeof(s->words) / 8; i++)
		s->words[i] = edge();
	if (r & 7)
		s->head.size = _IOC_SIZE((unsigned int)number);
	if (r & 8)
		s->head.flags = r >> 8 & 3;
	if (r & 0x10)
		s->head.flags = 0;
	if (r & 0x60)
		s->head.cell = r & 0x20 ? keep : r >> 16 & 15;
	/* A pointer that can be read, so that what it points to is looked at. */
	if (r & 0x80)
		s->config.config = (uintptr_t)s;
}

/* Lawful: the end of what is to be kept, or nothing at all. */
static int is_lawful(unsigned long number, const union structure *s, uint32_t keep)
{
	if (s->head.cell != keep)
		return 0;
	/* The kernel takes the number as 32 bits. Of no bytes nothing is read. */
	if ((uint32_t)number == (uint32_t)BH_IOC_CELL_READ && !s->read.bytes)
		return 1;
	return (uint32_t)number == (uint32_t)BH_IOC_CELL_SHUTDOWN ||
	       (uint32_t)number == (uint32_t)BH_IOC_CELL_RAISE_IRQ;
}

static void fuzz_requests(unsigned long count, uint32_t keep)
{
	char *end = edge_of_memory();

	for (unsigned long i = 0; i < count; i++) {
		unsigned long number = random_request();
		union structure s;
		size_t bytes = sizeof(s);
		uint64_t r = random64();
		void *argument;
		int result;

		fill(&s, number, keep);
		if (is_lawful(number, &s, keep))
			continue;
		if ((r & 15) == 0)
			bytes = r >> 8 & 63;
		memcpy(end - bytes, &s, bytes);
		argument = (r >> 4 & 31) ? end - bytes : (void *)(uintptr_t)edge();
		result = request(number, argument);
		if (result < 0)
			continue;
		accepted++;
		printf("BREACH: request 0x%lx of cell %u returned %d\n", number, s.head.cell,
		       result);
	}
}

/* --- configs --- */

struct blob {
	unsigned char bytes[BH_CONFIG_MAX_SIZE];
	size_t size;
};

static void read_blob(const char *path, struct blob *blob)
{
	FILE *file = fopen(path, "rb");

	if (file)
		blob->size = fread(blob->bytes, 1, sizeof(blob->bytes), file);
	if (!file || blob->size < sizeof(struct bh_config)) {
		fprintf(stderr, "ioctl: %s cannot be read\n", path);
		exit(1);
	}
	fclose(file);
}

static void mutate(struct blob *blob)
{
	for (unsigned int n = 1 + random64() % 4; n; n--) {
		size_t at = random64() % blob->size;
		uint64_t value = edge();
		size_t bytes = 1ul << (random64() & 3);

		at &= ~(bytes - 1);
		if (at + bytes <= blob->size)
			memcpy(blob->bytes + at, &value, bytes);
	}
}

static void destroy(uint32_t cell)
{
	struct bh_ioc_head head = { .size = sizeof(head), .cell = cell };

	accepted++;
	if (request(BH_IOC_CELL_DESTROY, &head) < 0)
		printf("BREACH: cell %u cannot be destroyed, error %d\n", cell, head.error);
}

static void fuzz_configs(unsigned long count, int files, char **paths)
{
	static struct blob originals[MAX_FILES], blob;

	for (int i = 0; i < files; i++)
		read_blob(paths[i], &originals[i]);
	for (unsigned long i = 0; i < count; i++) {
		struct bh_ioc_config config = { .head.size = sizeof(config) };
		uint64_t r = random64();

		blob = originals[r % (unsigned int)files];
		mutate(&blob);
		config.config = (uintptr_t)blob.bytes;
		config.config_size = (r >> 8 & 15) ? blob.size : edge();
		if (request(BH_IOC_CELL_CREATE, &config) >= 0)
			destroy(config.head.cell);
	}
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;

	if (argc < 5) {
		fprintf(stderr, "usage: ioctl requests SEED COUNT KEEP\n"
				"       ioctl configs SEED COUNT FILE...\n");
		return 2;
	}
	state = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
	device = open("/dev/bulkhead", O_RDWR);
	if (device < 0) {
		perror("/dev/bulkhead");
		return 1;
	}
	if (strcmp(argv[1], "requests") == 0)
		fuzz_requests(count, (uint32_t)strtoul(argv[4], NULL, 0));
	else
		fuzz_configs(count, argc - 4 < MAX_FILES ? argc - 4 : MAX_FILES, argv + 4);
	report();
	return 0;
}
