// SPDX-License-Identifier: GPL-2.0-only
/* hvctl cell load */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "cmd_cell.h"
#include "device.h"
#include "sysfs.h"

#define PIECE (256u * 1024)
#define PROGRESS_FROM (4u * 1024 * 1024)
#define BAR 40

struct image {
	const char *path;
	uint64_t address;
	const char *data;
	size_t size;
};

static void show_progress(const struct image *image, size_t done)
{
	static const char full[] = "########################################";
	int filled = (int)((uint64_t)done * BAR / image->size);

	fprintf(stderr, "\r%s [%-*.*s] %3u %%%s", image->path, BAR, filled, full,
		(unsigned int)((uint64_t)done * 100 / image->size),
		done == image->size ? "\n" : "");
}

static int load_image(const char *name, uint32_t id, const struct image *image)
{
	bool progress = image->size > PROGRESS_FROM && isatty(STDERR_FILENO);

	for (size_t done = 0; done < image->size;) {
		size_t piece = image->size - done < PIECE ? image->size - done : PIECE;
		struct bh_ioc_load request = {
			.head = { .size = sizeof(request), .cell = id },
			.source = (uintptr_t)(image->data + done),
			.bytes = piece,
			.address = image->address + done,
		};

		if (device_request(BH_IOC_CELL_LOAD, &request.head)) {
			if (progress)
				fputc('\n', stderr);
			return device_failure(
				BH_IOC_CELL_LOAD, &request.head,
				must_format("%s was not loaded into cell %s at 0x%" PRIx64,
					    image->path, name, image->address));
		}
		done += piece;
		if (progress)
			show_progress(image, done);
	}
	return 0;
}

/* Whether the whole image lies in one loadable region: before half of it is copied. */
static int check_place(const struct config_file *config, const struct image *image)
{
	const struct bh_memory *m = config_memory(config->config);
	bool any = false;

	for (uint32_t i = 0; i < config->config->memory.count; i++, m++)
		if ((m->flags & BH_MEM_LOADABLE) && image->address - m->virt < m->size &&
		    image->size <= m->size - (image->address - m->virt))
			return 0;
	failure("%s (%zu bytes) does not fit into a loadable region at 0x%" PRIx64, image->path,
		image->size, image->address);
	m = config_memory(config->config);
	for (uint32_t i = 0; i < config->config->memory.count; i++, m++) {
		if (!(m->flags & BH_MEM_LOADABLE))
			continue;
		advice("Loadable: 0x%" PRIx64 " to 0x%" PRIx64 " (%s)", m->virt,
		       m->virt + m->size - 1, human_size(m->size));
		any = true;
	}
	if (!any)
		advice("The config has no region with BH_MEM_LOADABLE.");
	return EXIT_FAILED;
}

/* IMAGE [ADDRESS] [IMAGE ADDRESS]... */
static int parse_images(const struct command *command, int argc, char **argv, uint64_t entry,
			struct image *images, unsigned int *count)
{
	*count = 0;
	for (int i = 0; i < argc; i++) {
		struct image *image = &images[(*count)++];

		image->path = argv[i];
		if (i + 1 < argc && parse_number(argv[i + 1], &image->address))
			i++;
		else if (*count == 1)
			image->address = entry;
		else
			return usage_error(command, "the address of %s is missing", image->path);
	}
	return 0;
}

static int read_image(struct image *image)
{
	image->data = read_whole(image->path, &image->size);
	if (!image->data)
		return failure("%s could not be read: %s", image->path, strerror(errno));
	if (!image->size)
		return failure("%s is empty", image->path);
	return 0;
}

int cell_load(const struct command *command, int argc, char **argv)
{
	const struct option_spec options[] = { { 0 } };
	struct config_file config;
	struct image *images;
	unsigned int count;
	uint32_t id;
	int status = parse_options(command, &argc, &argv, options);

	if (status)
		return status;
	if (argc < 2)
		return usage_error(command, "a cell and an image are needed");
	if (!find_cell(argv[0], &id) || !cell_config(argv[0], &config))
		return EXIT_FAILED;
	images = must_alloc((size_t)argc * sizeof(*images));
	status = parse_images(command, argc - 1, argv + 1, config.config->entry, images, &count);
	for (unsigned int i = 0; !status && i < count; i++) {
		status = read_image(&images[i]);
		if (!status)
			status = check_place(&config, &images[i]);
	}
	if (!status && !device_open())
		status = EXIT_FAILED;
	for (unsigned int i = 0; !status && i < count; i++)
		status = load_image(argv[0], id, &images[i]);
	return status;
}
