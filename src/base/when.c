#include "base/when.h"

#include "base/sort.h"

#define S_PER_DAY 86400

/* What is left to read. */
struct words {
	const char *at;
	const char *end;
};

static bool
is_digit(const struct words *w)
{
	return w->at < w->end && *w->at >= '0' && *w->at <= '9';
}

static bool
take(struct words *w, char c)
{
	if (w->at == w->end || *w->at != c)
		return false;
	w->at++;
	return true;
}

/* One of two: RFC 3339 allows small letters, and a space for the T. */
static bool
take_either(struct words *w, char a, char b)
{
	return take(w, a) || take(w, b);
}

/* Exactly so many digits, up to nine. */
static bool
take_digits(struct words *w, int count, int *value)
{
	*value = 0;
	for (; count > 0; count--) {
		if (!is_digit(w))
			return false;
		*value = *value * 10 + (*w->at++ - '0');
	}
	return true;
}

static bool
take_whole(struct words *w, int64_t *value)
{
	if (!is_digit(w))
		return false;
	for (*value = 0; is_digit(w); w->at++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, *w->at - '0', value))
			return false;
	return true;
}

/* ".25", or nothing. */
static bool
take_fraction(struct words *w, int64_t *ns)
{
	int64_t unit = SECOND_NS / 10;

	*ns = 0;
	if (!take(w, '.'))
		return true;
	if (!is_digit(w))
		return false;
	for (; is_digit(w); w->at++, unit /= 10)
		*ns += unit * (*w->at - '0');
	return true;
}

static bool
join(int64_t seconds, int64_t fraction_ns, int64_t *ns)
{
	return !__builtin_mul_overflow(seconds, SECOND_NS, ns) &&
	       !__builtin_add_overflow(*ns, fraction_ns, ns);
}

bool
when_seconds(const char *at, size_t length, int64_t *ns)
{
	struct words w = { at, at + length };
	int64_t seconds, fraction_ns;

	return take_whole(&w, &seconds) && take_fraction(&w, &fraction_ns) && w.at == w.end &&
	       join(seconds, fraction_ns, ns);
}

struct date {
	int year, month, day;
};

static bool
is_date(const struct date *date)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);

	if (date->month < 1 || date->month > 12 || date->day < 1)
		return false;
	return date->day <= lengths[date->month - 1] + (date->month == 2 && is_leap);
}

/* The other way round than in put.c, whose comment says why from March. */
static int64_t
days_since_1970(const struct date *date)
{
	int year = date->year - (date->month <= 2);
	int month_from_march = date->month > 2 ? date->month - 3 : date->month + 9;
	int day_of_year = (153 * month_from_march + 2) / 5 + date->day - 1;

	return INT64_C(365) * year + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

static bool
take_date(struct words *w, struct date *date)
{
	return take_digits(w, 4, &date->year) && take(w, '-') && take_digits(w, 2, &date->month) &&
	       take(w, '-') && take_digits(w, 2, &date->day) && date->year > 0 && is_date(date);
}

/* A leap second counts as the next minute's first. */
static bool
take_time_of_day(struct words *w, int *second_of_day)
{
	int hour, minute, second;

	if (!take_digits(w, 2, &hour) || !take(w, ':') || !take_digits(w, 2, &minute) ||
	    !take(w, ':') || !take_digits(w, 2, &second))
		return false;
	*second_of_day = (hour * 60 + minute) * 60 + second;
	return hour < 24 && minute < 60 && second <= 60;
}

/* "Z", "+02:00", "+0200", "+02" */
static bool
take_zone(struct words *w, int *east_seconds)
{
	int hours, minutes = 0;
	int sign = 1;

	*east_seconds = 0;
	if (take_either(w, 'Z', 'z'))
		return true;
	if (take(w, '-'))
		sign = -1;
	else if (!take(w, '+'))
		return false;
	if (!take_digits(w, 2, &hours) || hours >= 24)
		return false;
	if ((take(w, ':') || is_digit(w)) && (!take_digits(w, 2, &minutes) || minutes >= 60))
		return false;
	*east_seconds = sign * (hours * 60 + minutes) * 60;
	return true;
}

static bool
read_iso8601(struct words w, int64_t *ns)
{
	int64_t fraction_ns;
	struct date date;
	int second_of_day, east_seconds;

	if (!take_date(&w, &date) || !(take_either(&w, 'T', 't') || take(&w, ' ')) ||
	    !take_time_of_day(&w, &second_of_day) || !take_fraction(&w, &fraction_ns) ||
	    !take_zone(&w, &east_seconds) || w.at != w.end)
		return false;
	return join(
	    days_since_1970(&date) * S_PER_DAY + second_of_day - east_seconds, fraction_ns, ns);
}

bool
when_moment(const char *at, size_t length, struct moment *moment)
{
	moment->is_relative = length > 0 && at[0] == '+';
	if (moment->is_relative)
		return when_seconds(at + 1, length - 1, &moment->ns);
	return when_seconds(at, length, &moment->ns) ||
	       read_iso8601((struct words){ at, at + length }, &moment->ns);
}

size_t
moments_ns(int64_t *ns, const struct moment *moments, size_t count, int64_t from_ns)
{
	for (size_t i = 0; i < count; i++)
		ns[i] = moment_ns(&moments[i], from_ns);
	return sort_distinct(ns, count);
}
