// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "config_file.h"
#include "hvctl.h"
#include "sysfs.h"

const char *sysfs_root(void)
{
	const char *root = getenv("BULKHEAD_SYSFS");

	return root && root[0] ? root : "/sys/class/misc/bulkhead";
}

static char *path_below(const char *format, va_list args)
{
	char *name;

	if (vasprintf(&name, format, args) < 0)
		exit(failure("out of memory"));
	return must_format("%s/%s", sysfs_root(), name);
}

char *sysfs_path(const char *format, ...)
{
	va_list args;
	char *path;

	va_start(args, format);
	path = path_below(format, args);
	va_end(args);
	return path;
}

static char *read_line(const char *path)
{
	size_t size = 0;
	char *text = read_whole(path, &size);

	if (text && size && text[size - 1] == '\n')
		text[size - 1] = '\0';
	return text;
}

char *sysfs_text(const char *format, ...)
{
	va_list args;
	char *path;

	va_start(args, format);
	path = path_below(format, args);
	va_end(args);
	return read_line(path);
}

void *sysfs_data(size_t *size, const char *format, ...)
{
	va_list args;
	char *path;

	va_start(args, format);
	path = path_below(format, args);
	va_end(args);
	return read_whole(path, size);
}

uint64_t sysfs_number(const char *format, ...)
{
	va_list args;
	uint64_t value = 0;
	char *path, *text;

	va_start(args, format);
	path = path_below(format, args);
	va_end(args);
	text = read_line(path);
	if (!text || !parse_number(text, &value))
		return 0;
	return value;
}

bool driver_loaded(void)
{
	struct stat status;

	return !stat(sysfs_root(), &status);
}

bool hypervisor_enabled(void)
{
	const char *state = sysfs_text("state");

	return state && !strcmp(state, "enabled");
}

bool require_enabled(void)
{
	if (hypervisor_enabled())
		return true;
	if (!driver_loaded()) {
		failure("the driver is not loaded");
		advice("Run `modprobe bulkhead`, then `hvctl enable SYSTEM.cell`.");
	} else {
		failure("the hypervisor is not enabled");
		advice("Run `hvctl enable SYSTEM.cell` first.");
	}
	return false;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void list_cells(struct cell_list *list)
{
	DIR *dir = opendir(sysfs_path("cells"));
	struct dirent *entry;

	list->count = 0;
	while (dir && list->count < ARRAY_SIZE(list->cells) && (entry = readdir(dir))) {
		const char *id;
		uint64_t number;

		if (entry->d_name[0] == '.')
			continue;
		id = sysfs_text("cells/%s/id", entry->d_name);
		/* A cell that has just been destroyed is not listed. */
		if (!id || !parse_number(id, &number))
			continue;
		list->cells[list->count].id = (uint32_t)number;
		list->cells[list->count++].name = must_format("%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	qsort(list->cells, list->count, sizeof(list->cells[0]), by_id);
}

static void name_cells(void)
{
	struct cell_list list;
	char *names = must_format("%s", "");

	list_cells(&list);
	for (unsigned int i = 0; i < list.count; i++)
		if (list.cells[i].id)
			names = must_format("%s %s", names, list.cells[i].name);
	if (names[0])
		advice("Cells that exist:%s", names);
	else
		advice("No cell exists; create one: hvctl cell create CONFIG.cell");
}

bool find_cell(const char *name, uint32_t *id)
{
	const char *text;
	uint64_t number;

	if (!require_enabled())
		return false;
	text = name[0] == '.' || strchr(name, '/') ? NULL : sysfs_text("cells/%s/id", name);
	if (text && parse_number(text, &number)) {
		*id = (uint32_t)number;
		return true;
	}
	failure("there is no cell '%s'", name);
	name_cells();
	return false;
}

bool system_in_use(struct config_file *file)
{
	struct findings findings = { 0 };
	struct cell_list list;
	size_t size;
	void *blob;

	list_cells(&list);
	if (!list.count || list.cells[0].id)
		return false;
	blob = sysfs_data(&size, "cells/%s/config", list.cells[0].name);
	return blob && config_adopt(file, sysfs_path("cells/%s/config", list.cells[0].name), blob,
				    size, &findings);
}
