#include "figure/paint_load.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* It brings the others with it, and what is asked of it is looked for in them too. */
#ifdef __APPLE__
#define PANGOCAIRO "libpangocairo-1.0.0.dylib"
#else
#define PANGOCAIRO "libpangocairo-1.0.so.0"
#endif

static const struct function {
	const char *name;
	size_t offset; /* of the pointer to it */
} functions[] = {
#define FUNCTION(name) { #name, offsetof(struct paint_lib, name) },
#include "figure/paint_load.def"
#undef FUNCTION
};

enum status
paint_load(struct paint_lib *lib, const char *what, struct diag *diag)
{
	void *handle = dlopen(PANGOCAIRO, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return diag_set(
		    diag, ST_IO, "%s needs the libraries cairo and pango: %s", what, dlerror());
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(handle, functions[i].name);

		if (function == NULL)
			return diag_set(
			    diag, ST_IO, "%s needs a newer cairo or pango: %s", what, dlerror());
		/* ISO C knows no way from one kind of pointer to the other, but POSIX sees to it. */
		memcpy((char *)lib + functions[i].offset, &function, sizeof(function));
	}
	return ST_OK;
}
