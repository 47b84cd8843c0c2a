// SPDX-License-Identifier: GPL-2.0-only
/* Consoles are rings; docs/driver.md says how they are followed. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "console.h"
#include "hvctl.h"
#include "sysfs.h"

#define POLL_US 50000

struct follower {
	const char *where;
	int stream;
	uint32_t position; /* of the next byte, modulo 2^32 */
};

static bool read_tail(const struct follower *f, uint32_t *tail)
{
	const char *text = sysfs_text("%s/console_tail", f->where);
	uint64_t value;

	if (!text || !parse_number(text, &value))
		return false;
	*tail = (uint32_t)value;
	return true;
}

/*
 * Positions the follower at the oldest byte. Text and tail are read one after
 * the other: when the tail has not moved meanwhile, they belong together.
 */
static bool seek_oldest(struct follower *f)
{
	for (int attempt = 0; attempt < 8; attempt++) {
		uint32_t before, after;
		size_t size;
		bool good = read_tail(f, &before) && sysfs_data(&size, "%s/console", f->where) &&
			    read_tail(f, &after);

		if (!good)
			return false;
		f->position = after - (uint32_t)size;
		if (before == after)
			break;
	}
	return true;
}

/* The writer was faster: go on with what is there now. */
static bool catch_up(struct follower *f)
{
	uint32_t lost_from = f->position;

	if (!seek_oldest(f))
		return false;
	fprintf(stderr, "\nhvctl: %u bytes were overwritten before they could be read\n",
		f->position - lost_from);
	return true;
}

/* Returns 1 after output, 0 if there was nothing, -1 at the end. */
static int step(struct follower *f)
{
	char buffer[4096];
	ssize_t got = pread(f->stream, buffer, sizeof(buffer), f->position);

	if (got > 0) {
		fwrite(buffer, 1, (size_t)got, stdout);
		fflush(stdout);
		f->position += (uint32_t)got;
		return ferror(stdout) ? -1 : 1;
	}
	if (!got || errno == EINTR)
		return 0;
	return errno == ENODATA && catch_up(f) ? 1 : -1;
}

static int follow(const char *where)
{
	struct follower f = { .where = where };
	int result;

	f.stream = open(sysfs_path("%s/console_stream", where), O_RDONLY | O_CLOEXEC);
	if (f.stream < 0 || !seek_oldest(&f))
		return failure("the console could not be read: %s", strerror(errno));
	while ((result = step(&f)) >= 0)
		if (!result)
			usleep(POLL_US);
	close(f.stream);
	return 0;
}

int console_print(const char *where, bool follow_it)
{
	size_t size;
	char *text;

	if (follow_it)
		return follow(where);
	text = sysfs_data(&size, "%s/console", where);
	if (!text)
		return failure("the console could not be read: %s", strerror(errno));
	fwrite(text, 1, size, stdout);
	return 0;
}
