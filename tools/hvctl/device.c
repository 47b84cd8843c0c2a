// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <bulkhead/rules.h>
#include "device.h"
#include "errors.h"
#include "hvctl.h"
#include "rule_text.h"
#include "words.h"

#define DEVICE "/dev/bulkhead"

static int device = -1;
static int last_error; /* of device_request(); errno does not live long */

bool device_open(void)
{
	if (device >= 0)
		return true;
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device >= 0)
		return true;
	failure("%s could not be opened: %s", DEVICE, strerror(errno));
	if (errno == ENOENT)
		advice("Load the driver: modprobe bulkhead");
	else if (errno == EACCES || errno == EPERM)
		advice("Run it as root.");
	return false;
}

int device_request(unsigned long request, struct bh_ioc_head *head)
{
	if (ioctl(device, request, head) >= 0)
		return 0;
	last_error = errno;
	return -1;
}

unsigned int device_rule(const struct bh_ioc_head *head)
{
	return head->error <= -BH_E_RULE ? (unsigned int)(-head->error - BH_E_RULE) : BH_RULE_NONE;
}

int device_failure(unsigned long request, const struct bh_ioc_head *head, const char *tried)
{
	const struct explanation *explanation;
	int number = last_error;

	if (number == EREMOTEIO && device_rule(head)) {
		const struct rule_text *text = rule_text(device_rule(head));

		failure("%s: the hypervisor refuses the config by rule BH%03u %s: %s", tried,
			device_rule(head), text->name, text->broken);
		advice("%s", indented_by(text->remedy, 2));
		return EXIT_FAILED;
	}
	explanation = number == EREMOTEIO ? explain_hypervisor(-head->error)
					  : explain_request(request, number);
	failure("%s: %s", tried, explanation->broken);
	advice("%s", indented_by(explanation->remedy, 2));
	return EXIT_FAILED;
}
