// SPDX-License-Identifier: GPL-2.0-only
/* Messages, numbers, memory, files. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "hvctl.h"

int failure(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "hvctl: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

void advice(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "  ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

bool parse_number(const char *text, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	char *end;

	/* strtoull accepts blanks and signs, we do not; nor octal. */
	if (!(hex ? isxdigit((unsigned char)*digits) : isdigit((unsigned char)*digits)))
		return false;
	errno = 0;
	*value = strtoull(digits, &end, hex ? 16 : 10);
	return !errno && !*end;
}

void *must_alloc(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory) {
		failure("out of memory (%zu bytes were asked for)", size);
		exit(EXIT_FAILED);
	}
	return memory;
}

char *must_format(const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		failure("out of memory");
		exit(EXIT_FAILED);
	}
	return text;
}

static char *enlarge(char *data, size_t size)
{
	char *larger = realloc(data, size);

	if (!larger) {
		failure("out of memory (%zu bytes were asked for)", size);
		exit(EXIT_FAILED);
	}
	return larger;
}

void *read_whole(const char *path, size_t *size)
{
	size_t room = 4096, used = 0, got;
	FILE *file = fopen(path, "rbe");
	char *data;

	if (!file)
		return NULL;
	data = must_alloc(room + 1);
	while ((got = fread(data + used, 1, room - used, file)) > 0) {
		used += got;
		if (used == room) {
			room *= 2;
			data = enlarge(data, room + 1);
		}
	}
	if (ferror(file)) {
		int error = errno;

		free(data);
		fclose(file);
		errno = error;
		return NULL;
	}
	fclose(file);
	data[used] = '\0';
	if (size)
		*size = used;
	return data;
}

const char *human_size(uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int scale = 0;

	while (scale < 4 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		scale++;
	}
	return must_format("%" PRIu64 " %s", bytes, unit[scale]);
}

const char *rounded_size(uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int scale = 0;
	double value = (double)bytes;

	while (scale < 4 && value >= 1024) {
		value /= 1024;
		scale++;
	}
	return must_format(scale ? "%.1f %s" : "%.0f %s", value, unit[scale]);
}
