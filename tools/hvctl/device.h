/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to the driver. */
#ifndef HVCTL_DEVICE_H
#define HVCTL_DEVICE_H

#include <stdbool.h>
#include <bulkhead/ioctl.h>

/** device_open() - opens /dev/bulkhead; false after a message. Done once, by the first user. */
bool device_open(void);

/**
 * device_request() - makes a request.
 * @request: BH_IOC_*
 * @head: its structure, whose size field is filled in already
 *
 * Return: 0, or -1; device_failure() knows why.
 */
int device_request(unsigned long request, struct bh_ioc_head *head);

/**
 * device_failure() - explains why the last device_request() failed.
 * @request: BH_IOC_*
 * @head: its structure
 * @tried: what was tried: "cell timer was not started"
 *
 * Return: EXIT_FAILED.
 */
int device_failure(unsigned long request, const struct bh_ioc_head *head, const char *tried);

/** device_rule() - the config rule that refused a request, BH_RULE_NONE if it was none. */
unsigned int device_rule(const struct bh_ioc_head *head);

#endif
