#include "figure/figure_priv.h"

const char *const labels[LANG_COUNT][LABEL_COUNT] = {
	[LANG_EN] = {
#define LABEL(id, english, chinese) [LABEL_##id] = english,
#include "figure/label.def"
#undef LABEL
	},
	[LANG_ZH_CN] = {
#define LABEL(id, english, chinese) [LABEL_##id] = chinese,
#include "figure/label.def"
#undef LABEL
	},
};

/* "{1}": one digit, so that a language may put things in its own order. */
static bool
is_place(const char *at, size_t count)
{
	return at[0] == '{' && at[1] >= '0' && (size_t)(at[1] - '0') < count && at[2] == '}';
}

const char *
label_with(
    struct scene *scene, enum lang lang, enum label label, const char *const *args, size_t count)
{
	struct text out = { 0 };

	for (const char *at = labels[lang][label]; *at != '\0';) {
		if (is_place(at, count)) {
			text_put(&out, args[at[1] - '0']);
			at += 3;
		} else {
			text_char(&out, *at++);
		}
	}
	return scene_adopt(scene, &out);
}
