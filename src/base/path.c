#include "base/path.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

const char *
path_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

char *
path_join(const char *folder, const char *name)
{
	struct text path = { 0 };

	text_put(&path, folder);
	if (path.length > 0 && path.at[path.length - 1] != '/')
		text_char(&path, '/');
	text_put(&path, name);
	text_str(&path);
	return path.at;
}

char *
path_temporary(const char *target, unsigned attempt)
{
	const char *slash = strrchr(target, '/');
	struct text name = { 0 };

	if (slash != NULL)
		text_bytes(&name, target, (size_t)(slash + 1 - target));
	text_put(&name, ".synscope-");
	text_u64(&name, (uint64_t)getpid());
	text_char(&name, '-');
	text_u64(&name, attempt);
	text_str(&name);
	return name.at;
}
