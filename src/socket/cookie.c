/*
 * What betrays a SYN cookie once its connection lives: what the SYN-ACK said
 * was made up when the SYN came, and the server makes it up anew from the ACK.
 */
#include "socket/socket_priv.h"

/*
 * The SYN-ACK's timestamp holds the options in its lowest six bits, so the
 * connection's clock goes up to 63 milliseconds before it. Below 3 that can be
 * chance: 2 false of 344 were measured.
 */
static bool
shows_by_clock(const struct step *answer, const struct step *word)
{
	int64_t lag_ms;

	if (!answer->has_ts || !word->has_ts)
		return false;
	lag_ms = (int64_t)(uint32_t)(word->ts_value - answer->ts_value) -
		 span_ns(word->ts_ns, answer->ts_ns) / MS_NS;
	return lag_ms >= 3 && lag_ms <= 64;
}

/* Linux puts the client's MSS in one of four classes, which is all that a cookie can hold of it. */
static uint32_t
mss_in_cookie(uint8_t ip_version, uint16_t announced)
{
	static const uint16_t classes[2][4] = { { 536, 1300, 1440, 1460 },
		{ 1220, 1420, 1440, 8940 } };
	const uint16_t *mss = classes[ip_version == 6];
	size_t i = 3;

	while (i > 0 && mss[i] > announced)
		i--;
	return mss[i];
}

/*
 * A cookie keeps the window scale in the timestamps that the client will echo.
 * Of one that has none it forgets it, and so the SYN-ACK does not speak of it.
 */
enum cookie_sign
answer_sign(const struct step *syn, const struct step *answer)
{
	if (syn->has_ts || syn->shift == UINT8_MAX)
		return COOKIE_UNTOLD;
	return answer->shift == UINT8_MAX ? COOKIE_BY_OPTIONS : COOKIE_SCALED;
}

/* A window of so many bytes, as a header has it when some of them came; room that was given is not taken back. */
static bool
is_window(const struct step *word, uint32_t window, uint32_t got, unsigned shift)
{
	uint32_t unit = UINT32_C(1) << shift;
	uint32_t least = window > got ? window - got : 0;

	return word->window >= (least + unit - 1) / unit &&
	       word->window <= (window + unit - 1) / unit;
}

/* Few bytes leave the window as it is, or let it slide; so many leave it surely. */
#define FEW_BYTES    255
#define HARDLY_BYTES 63

/*
 * Linux gives as many whole segments as fit its buffer: of what it announced
 * itself less its timestamps, for a request, or of the MSS in the cookie.
 */
static enum cookie_sign
shows_by_window(const struct tuple *ends, const uint16_t mss[2], const struct step *answer,
    const struct step *word)
{
	uint32_t stamp = answer->has_ts ? 12 : 0, given = answer->window, got = word->ack - 1;
	uint32_t segment = mss[ROLE_SERVER] > stamp ? mss[ROLE_SERVER] - stamp : 0;
	uint32_t other = mss_in_cookie(ends->ip_version, mss[ROLE_CLIENT]),
		 most = given + segment - 1;
	bool is_other = false;

	if (answer->shift > 14 || segment == 0 || given < segment || given % segment != 0 ||
	    got > FEW_BYTES || (got == 0 && !says_something(word)))
		return COOKIE_UNTOLD;
	/* Elsewhere than at the full 64 KB a window grows with the first bytes, into whatever. */
	if (most < UINT16_MAX && got > 1 && (uint32_t)word->window << answer->shift > given)
		return COOKIE_UNTOLD;
	for (uint32_t n = given / other; n <= (most < UINT16_MAX ? most : UINT16_MAX) / other; n++)
		is_other |= is_window(word, n * other, got, answer->shift);
	if (is_other == is_window(word, given, got, answer->shift))
		return COOKIE_UNTOLD;
	if (is_other)
		return COOKIE_BY_WINDOW;
	return got <= HARDLY_BYTES ? COOKIE_DENIED : COOKIE_UNTOLD;
}

enum cookie_sign
cookie_sign(const struct tuple *ends, const uint16_t mss[2], const struct step *answer,
    const struct step *word)
{
	enum cookie_sign sign;

	if (word->flags & (TCP_SYN | TCP_RST))
		return COOKIE_UNTOLD;
	sign = shows_by_window(ends, mss, answer, word);
	return sign == COOKIE_UNTOLD && shows_by_clock(answer, word) ? COOKIE_BY_CLOCK : sign;
}
