#include "bars.h"
#include "plot.h"
#include "page_parts.h"

/** Colours: text, quieter text, background, cards, lines between, lines of charts; all texts 4.5 : 1 at
 * least. */
static const char colours[] =
    ":root{color-scheme:light dark;--text:#1b1f24;--soft:#555d68;--back:#f4f5f7;--card:#fff;--edge:#d5d9df;"
    "--grid:#e4e7eb;--right:#12633f;--wrong:#a0240b}\n"
    "@media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#a9b1bc;--back:#14171b;--card:#1d2126;"
    "--edge:#3a4048;--grid:#2d3239;--right:#6fd6a3;--wrong:#ff9c86}}\n";

static const char layout[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--back);color:var(--text);font:16px/1.45 system-ui,sans-serif}\n"
    "main{max-width:1280px;margin:0 auto;padding:20px 16px 40px}\n"
    "h1{font-size:1.6rem;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}\n"
    "h2{font-size:1.2rem;margin:32px 0 10px;overflow-wrap:anywhere}\n"
    "p{margin:0 0 8px;max-width:75ch}\n.soft,small{color:var(--soft)}\n"
    ".charts{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),1fr))}\n"
    "figure{margin:0;padding:12px 10px 10px;background:var(--card);border:1px solid var(--edge);"
    "border-radius:8px;min-width:0}\n"
    ".tall{grid-row:span 2}\n"
    "figcaption{font-weight:600;padding:0 4px 4px}\n"
    ".legend{list-style:none;margin:4px 0 0;padding:0 4px;font-size:.875rem}\n"
    ".legend li{display:flex;align-items:center;gap:8px;overflow-wrap:anywhere}\n"
    ".legend b{font-weight:400;color:var(--soft);margin-left:auto;padding-left:8px;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    ".legend span{min-width:0}\n";

static const char tables[] =
    ".table{overflow-x:auto;background:var(--card);border:1px solid var(--edge);border-radius:8px;"
    "margin:0 0 14px}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem}\n"
    "caption{text-align:left;font-weight:600;padding:10px 12px 6px}\n"
    "th,td{text-align:left;vertical-align:top;padding:5px 12px;border-top:1px solid var(--edge)}\n"
    "thead th{color:var(--soft);font-weight:600}\n"
    "tbody th{font-weight:400}\n"
    ".numbers td{font-variant-numeric:tabular-nums}\n"
    ".conversions{table-layout:fixed}.conversions td,.conversions th{overflow-wrap:anywhere}\n"
    ".figures td{white-space:nowrap}.figures tbody th{min-width:14ch}\n"
    ".figures code{display:inline-block;white-space:normal;overflow-wrap:anywhere;width:17ch}\n"
    ".samples td{white-space:nowrap}\n"
    ".values td,.values thead th{overflow-wrap:anywhere}.values td{min-width:12ch}\n"
    "small{display:block;font-size:.8125rem}\n"
    ".right small{color:var(--right)}\n.wrong small{color:var(--wrong);font-weight:600}\n"
    "summary{cursor:pointer;padding:6px 0}\n"
    "@media (max-width:600px){th,td{padding:5px 8px}caption{padding:10px 8px 6px}"
    "table{font-size:.875rem}}\n"
    "@media print{.table,figure{break-inside:avoid}}\n";

void page_print_style(FILE *stream) {
    fputs(colours, stream);
    fputs(layout, stream);
    fputs(tables, stream);
    plot_print_style(stream);
    bars_print_style(stream);
}
