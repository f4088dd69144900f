/* scene_priv: what the files that put items into a scene share. */
#ifndef SYNSCOPE_FIGURE_SCENE_PRIV_H
#define SYNSCOPE_FIGURE_SCENE_PRIV_H

#include "figure/scene.h"

/* A string of that many bytes; lives as long as the scene. */
char *scene_keep_bytes(struct scene *scene, const char *data, size_t count);
/* A text as it will be drawn. NULL stays NULL. */
const char *scene_keep_clean(struct scene *scene, const char *str);
/* The last item, zeroed but for these. */
struct scene_item *scene_add(struct scene *scene, enum scene_kind kind, enum scene_class cls);
/* To tenths, as all that is drawn. */
double scene_tenth(double value);
struct scene_point scene_rounded(struct scene_point at);

#endif
