# Draws a scaling experiment for a paper, readable in black and white: a row of panels for strong scaling, one for weak scaling,
# whichever there are. Called by scaling.py: gnuplot -c scaling.gnuplot DATA OUTPUT STRONG WEAK
# DATA: a block for each of STRONG and then WEAK series: its name in quotes, then lines of ranks, and of words a second, speed-up
# and efficiency the median, the least and the most.
counts = ARG3 . " " . ARG4
rows = (ARG3 > 0) + (ARG4 > 0)
if (ARG2[strlen(ARG2) - 3:] eq ".pdf") {
    set terminal pdfcairo size 18cm, rows * 6.5cm font "Helvetica,8" linewidth 1.5
} else {
    set terminal svg size 900, rows * 325 font "Helvetica,12" linewidth 1.5 background "white"
}
set output ARG2

stats ARG1 using 1 nooutput
least = STATS_min
most = STATS_max
set logscale x 2
set xrange [least / 1.15 : most * 1.15]
set xlabel "ranks"
set grid linetype 0 linecolor "gray"
set termoption noenhanced
set key reverse Left samplen 2 spacing 1.1 maxcols 2 width 2
array colors[4] = ["#0b5394", "#b45f06", "#38761d", "#741b47"]
array titles[3] = ["words a second", "speed-up", "efficiency"]

set multiplot layout rows, 3
first = 0
row = 0
do for [kind = 1:2] {
    count = int(word(counts, kind))
    row = row + (count > 0)
    # One key for the row, below it.
    set key at screen 0.5, screen 1 - real(row) / rows + 0.02 / rows center bottom
    set bmargin 6 + count / 2
    do for [panel = 1:(count > 0 ? 3 : 0)] {
        set title (kind == 1 ? "Strong scaling: " : "Weak scaling: ") . titles[panel]
        column = 3 * panel - 1
        unset logscale y
        set yrange [0:*]
        if (panel == 2) {
            set logscale y 2
            set yrange [*:*]
        }
        if (panel == 3) { set yrange [0:1.2 < *] }
        ideal(x) = panel == 1 ? NaN : panel == 2 ? x / least : 1
        plot for [i = 0:count - 1] ARG1 index first + i using 1:column:column + 1:column + 2 with yerrorlines \
            linecolor rgb colors[i % 4 + 1] dashtype i + 1 pointtype i + 4 pointsize 0.6 \
            title panel == 2 ? columnheader(1) : "", \
            ideal(x) with lines linecolor "gray40" dashtype 3 title panel == 2 ? "ideal" : ""
    }
    first = first + count
}
unset multiplot
