/* The short way of ordinary.c and the long way must come to the same, whatever is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/play.h"
#include "tcp/conn_priv.h"
#include "tcp/tcp_priv.h"

/* One connection, judged both ways. */
struct twins {
	struct conn brief;
	struct conn thorough;
	struct play play;
};

static void
begin(struct twins *twins, uint64_t number)
{
	memset(twins, 0, sizeof(*twins));
	twins->play = play_of(number, 64000);
}

static void
judge(struct twins *twins, const struct packet *pkt, enum side side, uint32_t marks)
{
	conn_segment(&twins->brief, pkt, side, marks);
	conn_any_segment(&twins->thorough, pkt, side, marks);
	assert_memory_equal(&twins->brief, &twins->thorough, sizeof(struct conn));
}

static void
play(struct twins *twins, enum side side, uint16_t flags, uint32_t bytes)
{
	struct packet pkt = play_segment(&twins->play, side, flags, bytes);

	judge(twins, &pkt, side, 0);
}

static void
test_an_ordinary_connection_is_judged_alike_both_ways(void **state)
{
	struct twins twins;

	(void)state;
	begin(&twins, 0);
	play(&twins, SIDE_A, TCP_SYN, 0);
	play(&twins, SIDE_B, TCP_SYN | TCP_ACK, 0);
	play(&twins, SIDE_A, TCP_ACK, 0);
	play(&twins, SIDE_A, TCP_ACK | TCP_PSH, 100);
	play(&twins, SIDE_B, TCP_ACK, 0);
	play(&twins, SIDE_B, TCP_ACK, 1000);
	play(&twins, SIDE_A, TCP_ACK, 0);
	play(&twins, SIDE_A, TCP_FIN | TCP_ACK, 0);
	play(&twins, SIDE_B, TCP_ACK, 300);
	play(&twins, SIDE_B, TCP_FIN | TCP_ACK, 20);
	play(&twins, SIDE_A, TCP_ACK, 0);
	assert_string_equal(twins.brief.history, "ShADadFf");
}

/* One thing about it is not as it should be. */
static void
upset(struct twins *twins, struct packet *pkt, uint32_t *marks)
{
	static const uint16_t controls[] = { TCP_SYN, TCP_SYN | TCP_ACK, TCP_RST,
		TCP_RST | TCP_ACK, TCP_FIN, TCP_FIN | TCP_ACK, TCP_SYN | TCP_FIN, 0, TCP_ACK };

	switch (below(&twins->play, 9)) {
	case 0:
		pkt->tcp.flags = controls[below(&twins->play, sizeof(controls) / sizeof(controls[0]))];
		break;
	case 1:
		pkt->tcp.seq += below(&twins->play, 3000) - 1500;
		break;
	case 2:
		pkt->tcp.ack += below(&twins->play, 3000) - 1500;
		break;
	case 3:
		pkt->tcp.seq = below(&twins->play, UINT32_MAX);
		break;
	case 4:
		pkt->checksum = (uint8_t)below(&twins->play, 4);
		break;
	case 5:
		pkt->tcp.window = 0;
		break;
	case 6:
		pkt->payload_captured /= 2;
		break;
	case 7:
		*marks = MARK_BIT(below(&twins->play, MARK_COUNT));
		break;
	case 8:
		pkt->ts_ns = twins->play.now_ns += INT64_C(4000000000);
		break;
	}
}

/* SYN, SYN-ACK, ACK, and then this and that, one segment in so many upset. */
static void
play_at_random(struct twins *twins, unsigned length, uint32_t one_in)
{
	for (unsigned i = 0; i < length; i++) {
		bool opens = i < 3;
		enum side side = (enum side)(opens ? i == 1 : below(&twins->play, 2));
		uint16_t flags = i == 0 ? TCP_SYN : i == 1 ? TCP_SYN | TCP_ACK : TCP_ACK;
		uint32_t bytes = opens || below(&twins->play, 2) ? 0 : below(&twins->play, 1000);
		uint32_t marks = 0;
		struct packet pkt;

		if (!opens && below(&twins->play, 10) == 0)
			flags |= TCP_FIN;
		pkt = play_segment(&twins->play, side, flags, bytes);
		if (below(&twins->play, one_in) == 0)
			upset(twins, &pkt, &marks);
		judge(twins, &pkt, side, marks);
	}
}

static void
test_whatever_goes_wrong_is_judged_alike_both_ways(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct twins twins;

		begin(&twins, i);
		play_at_random(&twins, 5 + i % 30, 2 + i % 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_ordinary_connection_is_judged_alike_both_ways),
		cmocka_unit_test(test_whatever_goes_wrong_is_judged_alike_both_ways),
	};

	return cmocka_run_group_tests_name("ordinary", tests, NULL, NULL);
}
