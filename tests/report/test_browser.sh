#!/usr/bin/env bash
# report.html in a real browser, at a desktop's and a phone's width, light and dark: every chart is drawn, no label is cut off or lies on
# another, no type is too small, every text stands out from what is behind it, nothing is asked of a network; values under the pointer, zoom,
# logarithmic axes, legend, bands, jumps of schedules and printing work, and no words of the data become markup.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
command -v chromium >/dev/null || { echo "skipped: no chromium here (Debian: chromium)" >&2; exit 77; }

write_config "$scratch/train.yaml"
"$program" "$scratch/train.yaml" --set train.epochs=12 --set train.kl_weight.schedule=linear --set train.kl_weight.to=1 \
    --set train.kl_weight.cycles=2 2>/dev/null
for seed in 1 2 3; do
    "$program" "$scratch/train.yaml" --set name="base-seed$seed" --set seed="$seed" --set train.epochs=3 2>/dev/null
done
"$program" "$scratch/train.yaml" --set name=a_run_with_as_long_a_name_as_people_give_to_their_runs_at_times \
    --set evaluate.every=2 --set optimizer.lr=0.0001 --set train.kl_weight=50 2>/dev/null
mkdir "$scratch/runs/odd" "$scratch/runs/none"
printf '%s\n' '{"epoch": 1, "cross_entropy": 1e-9, "kl": 1e-300}' '{"epoch": 99999, "cross_entropy": 1e9, "kl": null, "bleu4": 0.5}' \
    '{"epoch": 100000, "cross_entropy": 3.5, "kl": -123456.0, "learning_rate": 3e-7}' >"$scratch/runs/odd/metrics.jsonl"
number=0
for name in '</script><script>document.title = 1</script>' '<img src=x onerror=document.title=1> & "quotes"' 'مرحبا بالعالم' '😀 <b>bold</b>'; do
    folder=$scratch/hostile/$((number += 1))
    mkdir -p "$folder"
    printf 'name: %s\nseed: %d\ntrain:\n  epochs: %d\n' "$name" "$((number % 2))" "$number" >"$folder/config.yaml"
    printf '{"epoch": %d, "kl": 2.5, "evaluation": {"bleu4_from": "<i>", "samples": [{"forms": {"<u>": "<s>&lt;"}}]}}\n' 1 2 >"$folder/metrics.jsonl"
done
"$program" report "$scratch/runs/small" --output "$scratch/one.html" 2>/dev/null
"$program" report "$scratch"/runs/{a_run*,base-seed1,small} --output "$scratch/many.html" 2>/dev/null
"$program" report "$scratch"/runs/{odd,small} --output "$scratch/odd.html" 2>/dev/null
"$program" report "$scratch"/runs/{base-seed?,small} --output "$scratch/seeds.html" 2>/dev/null
"$program" report "$scratch"/hostile/? --output "$scratch/hostile.html" 2>/dev/null
: >"$scratch/runs/none/metrics.jsonl"
"$program" report "$scratch/runs/none" --output "$scratch/none.html" 2>/dev/null
if is_sanitized; then
    echo "the pages of this build were written, but not looked at: they are those of any other" >&2
    exit 0
fi

cat >"$scratch/look.js" <<'JS'
window.look = function (least) {
    const faults = [], fault = (what, element) => faults.push(what + ": " + (element ? element.textContent.slice(0, 40) : ""));
    const root = document.documentElement, all = selector => [...document.querySelectorAll(selector)];
    function parts(colour) {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }
    function luminance(colour) {
        const [red, green, blue] = parts(colour).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }
    function behind(element) {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor;
            if (!/, 0\)|transparent/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    }
    function contrast(one, other) {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    }
    all("details").forEach(details => { details.open = true; });
    if (root.scrollWidth > root.clientWidth) fault("wider than the window by " + (root.scrollWidth - root.clientWidth));
    const colours = [...Array(8).keys()].map(i => getComputedStyle(root).getPropertyValue("--line-" + i).trim());
    for (const chart of all(".chart")) {
        const box = chart.closest("figure").getBoundingClientRect(), canvas = chart.querySelector("canvas");
        if (box.width < 280) fault("a chart " + box.width + " wide", chart.closest("figure"));
        if (!chart.getAttribute("aria-label").includes(" by epoch. ")) fault("no description", chart.closest("figure"));
        const shown = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, looks = colours.map(parts);
        let drawn = 0;
        for (let i = 0; i < shown.length; i += 4) {
            drawn += shown[i + 3] > 200 && looks.some(look => look.every((part, k) => Math.abs(part - shown[i + k]) < 24));
        }
        if (drawn < least) fault("a chart without a curve, " + drawn, chart.closest("figure"));
        const labels = [...chart.querySelectorAll(".dygraph-axis-label")].filter(label => label.textContent).map(label => {
            const range = document.createRange();
            range.selectNodeContents(label);
            return [label, range.getBoundingClientRect()];
        });
        if (labels.length < 4) fault("no labels on the axes", chart.closest("figure"));
        labels.forEach(([label, place], i) => {
            if (place.left < box.left || place.right > box.right || place.top < box.top || place.bottom > box.bottom ||
                label.scrollWidth > label.clientWidth + 1) fault("cut off", label);
            for (const [other, next] of labels.slice(i + 1)) {
                if (place.left < next.right && next.left < place.right && place.top + 2 < next.bottom && next.top + 2 < place.bottom)
                    fault("one over another, " + other.textContent, label);
            }
        });
    }
    for (const element of all("h1,h2,p,th,td,small,span,b,li,dt,dd,label,button,caption,summary,.dygraph-axis-label")) {
        const style = getComputedStyle(element);
        if (element.offsetParent === null || !element.textContent.trim()) continue;
        if (contrast(style.color, behind(element)) < 4.5) fault("faint, " + style.color + " on " + behind(element), element);
        if (parseFloat(style.fontSize) < 12) fault("small type", element);
    }
    colours.forEach(colour => { if (contrast(colour, behind(document.querySelector("figure"))) < 3) fault("a faint line " + colour); });
    const samples = all(".curves path").map(path => getComputedStyle(path).stroke + getComputedStyle(path).strokeDasharray);
    if (new Set(samples).size < samples.length) fault("two curves look alike");
    return {faults, isDark: luminance(getComputedStyle(document.body).backgroundColor) < 0.2};
};
window.labels = (chart, axis) => [...document.querySelectorAll(".chart")[chart].querySelectorAll(".dygraph-axis-label-" + axis)].map(label => label.textContent);
window.described = chart => document.querySelectorAll(".chart")[chart].getAttribute("aria-label");
window.frame = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 0)));
JS

cat >"$scratch/look.py" <<'PYTHON'
import os, sys
from browser import Browser

scratch = sys.argv[1]
DRAWN = "[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('canvas') && chart.hasAttribute('aria-label'))"


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + str(what))


def show(browser, page, **how):
    browser.open("%s/%s.html" % (scratch, page), **how)
    browser.wait(DRAWN, page + " is drawn")
    browser.run(open(scratch + "/look.js").read() + "; null")
    quiet(browser, page)


def quiet(browser, page):
    check(not browser.errors, (page, browser.errors))
    check(len(browser.requests) == 1, (page, browser.requests))


def drag(browser, chart, start, end):
    left, top, width, height = browser.run(
        "(() => { const c = document.querySelectorAll('.chart')[%d]; c.scrollIntoView({block: 'center'}); const b = c.getBoundingClientRect();"
        "return [b.left, b.top, b.width, b.height]; })()" % chart)
    browser.mouse("mousePressed", left + start * width, top + height / 2, "left", 1)
    for step in range(1, 6):
        browser.mouse("mouseMoved", left + (start + (end - start) * step / 5) * width, top + height / 2, "left")
    browser.mouse("mouseReleased", left + end * width, top + height / 2, "left", 1)
    browser.run("frame()")


def hover(browser, chart, place):
    """What is said of the point at `place` of the chart's width: the head, and name and value of each curve."""
    left, top, width, height = browser.run(
        "(() => { const c = document.querySelectorAll('.chart')[%d]; c.scrollIntoView({block: 'center'}); const b = c.getBoundingClientRect();"
        "return [b.left, b.top, b.width, b.height]; })()" % chart)
    browser.mouse("mouseMoved", left + place * width, top + height / 2)
    browser.run("frame()")
    return browser.run("(() => { const v = document.querySelectorAll('.chart')[%d].closest('figure').querySelector('.values'); return v.hidden ? null :"
                       "[v.firstChild.textContent, ...[...v.querySelectorAll('tr')].map(r => r.textContent)]; })()" % chart)


with Browser(scratch + "/profile") as browser:
    for page, charts in ("one", 11), ("many", 13), ("odd", 13), ("seeds", 13), ("hostile", 1), ("none", 0):
        least = 0 if page == "odd" else 15  # where one run has 100,000 epochs, another's 12 are next to nothing
        for width in 1280, 390:
            for dark in False, True:
                show(browser, page, width=width, dark=dark, touch=width < 600)
                check(browser.run("document.querySelectorAll('.chart').length") == charts, page + " has not %d charts" % charts)
                seen = browser.run("look(%d)" % least)
                check(seen["isDark"] == dark and not seen["faults"], (page, width, dark, seen["faults"][:5]))

    show(browser, "hostile")
    check(len(hover(browser, 0, 0.5)) == 5, "not all curves are there")
    browser.run("[...document.querySelectorAll('.curves label')][1].dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))")
    check(browser.run("document.title") == "4 runs", "a name has become a script")
    check(browser.run("document.querySelectorAll('main img, main script, main i, main u, main s').length") == 0, "words have become markup")
    check(browser.run("document.querySelector('tbody').textContent").count("</script>") == 2, "a name is not shown")

    # Values under the pointer; the legend switches a curve off in all charts, and a double click all others.
    show(browser, "one")
    check(hover(browser, 0, 0.99)[0] == "epoch 12", hover(browser, 0, 0.99))
    check([row.rstrip("0123456789.") for row in sorted(hover(browser, 0, 0.99)[1:])] == ["evaluation", "training"], hover(browser, 0, 0.99))
    browser.run("document.querySelectorAll('.curves input')[1].click()")
    check(len(hover(browser, 0, 0.5)) == 2 and "evaluation" not in browser.run("described(0) + described(1)"), "evaluation is still there")
    check("evaluation" in browser.run("(document.querySelectorAll('.curves input')[1].click(), described(0))"), "evaluation does not come back")
    # A jump of the KL weight is an upright line: a column of the canvas that has the curve's colour over most of its height.
    check(browser.run("""(() => {
        const chart = [...document.querySelectorAll('figure')].find(f => f.textContent.startsWith('KL weight')).querySelector('canvas');
        const {data, width, height} = chart.getContext('2d').getImageData(0, 0, chart.width, chart.height);
        let most = 0;
        for (let x = 0; x < width; x++) {
            let count = 0;
            for (let y = 0; y < height; y++) count += data[4 * (y * width + x) + 2] - data[4 * (y * width + x)] > 60 && data[4 * (y * width + x) + 3] > 60;
            most = Math.max(most, count / height);
        }
        return most;
    })()""") > 0.5, "a jump is no upright line")

    # A logarithmic axis by a switch, zoom of all charts by one, and the way back.
    show(browser, "many")
    before = browser.run("labels(1, 'y')")
    browser.run("[...document.querySelectorAll('figure')[1].querySelectorAll('button')].find(b => b.textContent === 'log y').click()")
    check(browser.run("labels(1, 'y')") != before, "no logarithmic axis")
    show(browser, "one")
    whole = browser.run("[labels(0, 'x'), labels(10, 'x')]")
    drag(browser, 0, 0.4, 0.7)
    browser.wait("[0, 10].every(i => String(labels(i, 'x')) !== %r)" % ",".join(whole[0]), "all charts are zoomed")
    check(browser.run("!document.getElementById('unzoom').hidden"), "no way back")
    browser.run("document.getElementById('unzoom').click()")
    browser.wait("JSON.stringify([labels(0, 'x'), labels(10, 'x')]) === JSON.stringify(%r)" % whole, "all charts are whole again")

    # Three seeds are one curve with a band, and by the switch three curves.
    show(browser, "seeds")
    names = "[...document.querySelectorAll('.curves label')].map(label => label.textContent)"
    check(browser.run(names) == ["base (3 runs)", "small"], browser.run(names))
    check(browser.run("described(0)").count(" values, first ") == 2, browser.run("described(0)"))
    check(any(" to " in row for row in hover(browser, 0, 0.18)[1:]), hover(browser, 0, 0.18))
    browser.run("[...document.querySelectorAll('.buttons button')].find(b => b.textContent === 'Bands over seeds').click()")
    browser.wait("described(12).includes('base-seed3')", "curves for bands")
    check(browser.run(names) == ["base-seed1", "base-seed2", "base-seed3", "small"], browser.run(names))
    browser.run("[...document.querySelectorAll('.curves label')][3].dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))")
    check("base" not in browser.run("described(0)") and "small" in browser.run("described(0)"), "more than one is shown")
    browser.run("[...document.querySelectorAll('.buttons button')].find(b => b.textContent === 'All').click()")
    check(browser.run("described(0)").count(" values, first ") == 4, "not all are shown")

    # On paper: two charts a row, in light colours; then the page is what it was.
    show(browser, "seeds", dark=True)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    tops = browser.run("[...document.querySelectorAll('figure')].slice(0, 4).map(f => f.getBoundingClientRect().top)")
    check(tops[0] == tops[1] < tops[2] == tops[3], tops)
    check(browser.run("[...document.querySelectorAll('figure')].slice(0, 2).every(f => f.getBoundingClientRect().right <= 704)"), "wider than paper")
    check(not browser.run("look(15)")["isDark"], "dark on paper")
    browser.run("dispatchEvent(new Event('afterprint'))")
    check(browser.run("look(15)")["isDark"], "printed colours stay")
    browser.paper(scratch + "/seeds.pdf")
    check(os.path.getsize(scratch + "/seeds.pdf") > 20000, "nothing is printed")
    quiet(browser, "all")
PYTHON
PYTHONPATH=$project/tests/support PYTHONDONTWRITEBYTECODE=1 timeout 300 python3 "$scratch/look.py" "$scratch" || fail "see above"
