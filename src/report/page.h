/**
 * report.html: runs in pictures and tables, in one file that needs no other, no script and no network. It is
 * well-formed XML as well as HTML.
 */
#ifndef CVAE_PAGE_H
#define CVAE_PAGE_H

#include "base/status.h"

/**
 * Reads what runs left in their folders (metrics.jsonl, and config.yaml if it is there) and writes the page
 * to `path`, as replace_file() does. The same folders' content gives the same bytes. Runs of the same name
 * are told apart by their folders. Lines of metrics that are no epoch are left out with a warning.
 * STATUS_NO_INPUT with the file that cannot be read, STATUS_DATA with the one that holds no epoch but other
 * lines, STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t page_write(const char *path, const char *const *folders, int count);

#endif
