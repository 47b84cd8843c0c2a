// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include "json.h"

#define MAX_DEPTH 16

static struct {
	char closing;
	bool filled;
} stack[MAX_DEPTH];
static int depth;

static void quote(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch == '"' || ch == '\\')
			printf("\\%c", ch);
		else if (ch < 0x20 || ch >= 0x7f)
			printf("\\u%04x", ch);
		else
			putchar(ch);
	}
	putchar('"');
}

static void start(const char *key)
{
	if (depth) {
		printf(stack[depth - 1].filled ? ",\n" : "\n");
		stack[depth - 1].filled = true;
		printf("%*s", 2 * depth, "");
	}
	if (key) {
		quote(key);
		printf(": ");
	}
}

static void open_with(const char *key, char opening, char closing)
{
	start(key);
	putchar(opening);
	assert(depth < MAX_DEPTH);
	stack[depth].closing = closing;
	stack[depth].filled = false;
	depth++;
}

void json_object(const char *key)
{
	open_with(key, '{', '}');
}

void json_array(const char *key)
{
	open_with(key, '[', ']');
}

void json_end(void)
{
	assert(depth > 0);
	depth--;
	if (stack[depth].filled)
		printf("\n%*s", 2 * depth, "");
	putchar(stack[depth].closing);
	if (!depth)
		putchar('\n');
}

void json_text(const char *key, const char *value)
{
	start(key);
	if (value)
		quote(value);
	else
		printf("null");
}

void json_number(const char *key, uint64_t value)
{
	start(key);
	printf("%" PRIu64, value);
}

void json_hex(const char *key, uint64_t value)
{
	start(key);
	printf("\"0x%" PRIx64 "\"", value);
}

void json_bool(const char *key, bool value)
{
	start(key);
	printf(value ? "true" : "false");
}
