// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Formatting.
 */
#include "inmate.h"

struct out {
	char *buffer;
	size_t bytes;
	size_t used;
};

struct spec {
	unsigned int width;
	bool left;
	char pad;
	unsigned int longs;
};

static void put(struct out *out, char c)
{
	if (out->used + 1 < out->bytes)
		out->buffer[out->used] = c;
	out->used++;
}

static void put_field(struct out *out, const struct spec *spec, const char *text, size_t length)
{
	size_t fill = spec->width > length ? spec->width - length : 0;

	if (!spec->left)
		while (fill) {
			put(out, spec->pad);
			fill--;
		}
	while (length--)
		put(out, *text++);
	while (fill--)
		put(out, ' ');
}

static void put_number(struct out *out, struct spec *spec, uint64_t value, unsigned int base,
		       bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative && spec->pad == '0') {
		put(out, '-');
		if (spec->width)
			spec->width--;
	} else if (negative) {
		digits[--at] = '-';
	}
	put_field(out, spec, digits + at, sizeof(digits) - at);
}

static uint64_t unsigned_arg(const struct spec *spec, va_list *args)
{
	return spec->longs ? va_arg(*args, unsigned long) : va_arg(*args, unsigned int);
}

static void put_signed(struct out *out, struct spec *spec, va_list *args)
{
	long value = spec->longs ? va_arg(*args, long) : va_arg(*args, int);

	put_number(out, spec, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
}

static void convert(struct out *out, char conversion, struct spec *spec, va_list *args)
{
	const char *text;
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		put_signed(out, spec, args);
		break;
	case 'u':
		put_number(out, spec, unsigned_arg(spec, args), 10, false);
		break;
	case 'x':
		put_number(out, spec, unsigned_arg(spec, args), 16, false);
		break;
	case 'p':
		put(out, '0');
		put(out, 'x');
		put_number(out, spec, va_arg(*args, uintptr_t), 16, false);
		break;
	case 's':
		text = va_arg(*args, const char *);
		put_field(out, spec, text, strlen(text));
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		put_field(out, spec, &c, 1);
		break;
	default:
		put(out, conversion);
	}
}

static const char *parse_spec(const char *format, struct spec *spec)
{
	*spec = (struct spec){ .pad = ' ' };
	for (; *format == '-' || *format == '0'; format++) {
		if (*format == '-')
			spec->left = true;
		else
			spec->pad = '0';
	}
	for (; *format >= '0' && *format <= '9'; format++)
		spec->width = spec->width * 10 + (*format - '0');
	for (; *format == 'l' || *format == 'z'; format++)
		spec->longs++;
	return format;
}

int vsnprintf(char *buffer, size_t bytes, const char *format, va_list args)
{
	struct out out = { buffer, bytes, 0 };
	struct spec spec;
	va_list copy;

	va_copy(copy, args);
	for (; *format; format++) {
		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		format = parse_spec(format + 1, &spec);
		if (!*format)
			break;
		convert(&out, *format, &spec, &copy);
	}
	va_end(copy);
	if (bytes)
		buffer[out.used < bytes ? out.used : bytes - 1] = '\0';
	return (int)out.used;
}

int snprintf(char *buffer, size_t bytes, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buffer, bytes, format, args);
	va_end(args);
	return n;
}
