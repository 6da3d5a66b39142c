/**
 * report.html: runs in charts and tables, in one file that needs no other and no network: the assembled page
 * (see page.cmake) with the runs' data as one JSON object, whose form the head of page.js describes.
 */
#ifndef CVAE_PAGE_H
#define CVAE_PAGE_H

#include "base/status.h"

/**
 * Reads the runs in `folders` as runs_read() does, and writes the page to `path`, as file_replace() does. The
 * same content gives the same bytes. STATUS_NO_INPUT, STATUS_DATA (a file with lines and no epoch),
 * STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t page_write(const char *path, const char *const *folders, int count);

#endif
