// SPDX-License-Identifier: GPL-2.0-only
/*
 * uart: devices of the board, driven directly, interrupts included.
 *
 *   rtc=ADDRESS irq=NUMBER          PL031 real-time clock and its alarm
 *   alarms=3                        alarms, a second apart
 *   uart=ADDRESS uart_irq=NUMBER    PL011: a line by transmit interrupts, then,
 *   echo=0                          so many characters are received and sent back
 *
 * Whichever addresses are given are tried, one after the other.
 */
#include "inmate.h"

/* PL031 (ARM DDI 0224) */
#define RTC_DR 0x00
#define RTC_MR 0x04
#define RTC_IMSC 0x10
#define RTC_MIS 0x18
#define RTC_ICR 0x1c

/* PL011 (ARM DDI 0183) */
#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE (1u << 4)
#define UART_FR_TXFF (1u << 5)
#define UART_LCRH 0x2c
#define UART_LCRH_8BIT (3u << 5)
#define UART_CR 0x30
#define UART_CR_ENABLE ((1u << 0) | (1u << 8) | (1u << 9))
#define UART_IMSC 0x38
#define UART_MIS 0x40
#define UART_ICR 0x44
#define UART_INT_RX (1u << 4)
#define UART_INT_TX (1u << 5)
#define UART_INT_RT (1u << 6)

#define ALARM_TIMEOUT_US 3000000
#define LINE_TIMEOUT_US 5000000
#define ECHO_TIMEOUT_US 60000000

static uintptr_t rtc, uart;
static volatile uint32_t alarms, spurious;
static volatile uint32_t uart_irqs, sent, received;
static uint32_t echo_wanted;
static const char line[] = "uart: this line was sent by transmit interrupts\r\n";

static void on_alarm(unsigned int irq, void *arg)
{
	(void)irq;
	(void)arg;
	if (!(mmio_read32(rtc + RTC_MIS) & 1)) {
		spurious = spurious + 1;
		return;
	}
	mmio_write32(rtc + RTC_ICR, 1);
	alarms = alarms + 1;
}

static bool try_rtc(void)
{
	uint32_t wanted = (uint32_t)arg_u64("alarms", 3);
	unsigned int irq = (unsigned int)arg_u64("irq", 34);
	uint32_t first;

	rtc = arg_u64("rtc", 0);
	if (!rtc)
		return true;
	first = mmio_read32(rtc + RTC_DR);
	printf("uart: rtc at 0x%lx says %u, interrupt %u\n", rtc, first, irq);
	mmio_write32(rtc + RTC_ICR, 1);
	mmio_write32(rtc + RTC_IMSC, 1);
	irq_enable(irq, on_alarm, NULL);
	irq_unmask();
	for (uint32_t i = 0; i < wanted; i++) {
		mmio_write32(rtc + RTC_MR, mmio_read32(rtc + RTC_DR) + 1);
		if (!wait_for(&alarms, i + 1, ALARM_TIMEOUT_US)) {
			printf("uart: FAILED no alarm %u\n", i + 1);
			return false;
		}
		comm_serve();
	}
	mmio_write32(rtc + RTC_IMSC, 0);
	irq_disable(irq);
	printf("uart: rtc OK alarms=%u spurious=%u seconds=%u\n", alarms, spurious,
	       mmio_read32(rtc + RTC_DR) - first);
	return true;
}

static void receive(void)
{
	while (!(mmio_read32(uart + UART_FR) & UART_FR_RXFE)) {
		uint32_t c = mmio_read32(uart + UART_DR) & 0xff;

		mmio_write32(uart + UART_DR, c);
		received = received + 1;
	}
}

static void transmit(void)
{
	while (sent < sizeof(line) - 1 && !(mmio_read32(uart + UART_FR) & UART_FR_TXFF)) {
		mmio_write32(uart + UART_DR, (uint8_t)line[sent]);
		sent = sent + 1;
	}
	if (sent == sizeof(line) - 1)
		mmio_write32(uart + UART_IMSC, UART_INT_RX | UART_INT_RT);
}

static void on_uart(unsigned int irq, void *arg)
{
	uint32_t cause = mmio_read32(uart + UART_MIS);

	(void)irq;
	(void)arg;
	uart_irqs = uart_irqs + 1;
	mmio_write32(uart + UART_ICR, cause);
	if (cause & (UART_INT_RX | UART_INT_RT))
		receive();
	if (cause & UART_INT_TX)
		transmit();
}

/*
 * The transmit interrupt says that the FIFO has drained: it comes first after
 * something was sent, so one character is written to start with.
 */
static bool try_uart(void)
{
	unsigned int irq = (unsigned int)arg_u64("uart_irq", 40);

	uart = arg_u64("uart", 0);
	if (!uart)
		return true;
	echo_wanted = (uint32_t)arg_u64("echo", 0);
	printf("uart: PL011 at 0x%lx, interrupt %u\n", uart, irq);
	mmio_write32(uart + UART_CR, UART_CR_ENABLE);
	mmio_write32(uart + UART_LCRH, UART_LCRH_8BIT); /* no FIFO: an interrupt each */
	mmio_write32(uart + UART_ICR, 0x7ff);
	irq_enable(irq, on_uart, NULL);
	irq_unmask();
	mmio_write32(uart + UART_IMSC, UART_INT_RX | UART_INT_RT | UART_INT_TX);
	sent = 1;
	mmio_write32(uart + UART_DR, (uint8_t)line[0]);
	if (!wait_for(&sent, sizeof(line) - 1, LINE_TIMEOUT_US)) {
		printf("uart: FAILED sent %u of %zu characters\n", sent, sizeof(line) - 1);
		return false;
	}
	if (!wait_for(&received, echo_wanted, ECHO_TIMEOUT_US)) {
		printf("uart: FAILED received %u of %u characters\n", received, echo_wanted);
		return false;
	}
	mmio_write32(uart + UART_IMSC, 0);
	irq_disable(irq);
	printf("uart: pl011 OK sent=%u received=%u interrupts=%u\n", sent, received, uart_irqs);
	return true;
}

int main(void)
{
	bool ok;

	printf("uart: cell %s\n", (char *)comm()->name);
	if (!arg_u64("rtc", 0) && !arg_u64("uart", 0)) {
		printf("uart: FAILED neither rtc= nor uart= is given\n");
		cell_wait_shutdown();
	}
	ok = try_rtc() && try_uart();
	irq_mask();
	if (ok)
		printf("uart: OK alarms=%u sent=%u received=%u\n", alarms, sent, received);
	cell_wait_shutdown();
}
