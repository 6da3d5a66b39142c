#!/usr/bin/env bash
# report.html in a real browser, at a desktop's and a phone's width, light and dark: nothing is wider than the window, no label
# is cut off or lies on another, no type is too small, and every text stands out from what is behind it.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
command -v chromium >/dev/null || { echo "skipped: no chromium here (Debian: chromium)" >&2; exit 77; }

write_config "$scratch/train.yaml"
"$program" "$scratch/train.yaml" --set train.epochs=12 2>/dev/null
"$program" "$scratch/train.yaml" --set name=a_run_with_as_long_a_name_as_people_give_to_their_runs_at_times \
    --set evaluate.every=2 --set optimizer.lr=0.0001 --set train.kl_weight=50 2>/dev/null
mkdir "$scratch/runs/odd"
printf '%s\n' '{"epoch": 1, "cross_entropy": 1e-9, "kl": 1e-300}' '{"epoch": 99999, "cross_entropy": 1e9, "kl": null, "bleu4": 0.5}' \
    '{"epoch": 100000, "cross_entropy": 3.5, "kl": -123456.0, "learning_rate": 3e-7}' >"$scratch/runs/odd/metrics.jsonl"
"$program" report "$scratch"/runs/small --output "$scratch/one.html" 2>/dev/null
"$program" report "$scratch"/runs/* --output "$scratch/many.html" 2>/dev/null
if is_sanitized; then
    echo "the pages of this build were written, but not looked at: they are those of any other" >&2
    exit 0
fi

browser() {
    timeout 60 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run --disable-web-security \
        --user-data-dir="$scratch/profile" --virtual-time-budget=4000 "$@" 2>"$scratch/errors" ||
        fail "chromium ended with status $?: $(tail -n 5 "$scratch/errors")"
}

# The page in a frame of the width: a window is never as narrow as a phone. What is wrong goes into the title.
for page in one many; do
    for width in 1280 390; do
        cat >"$scratch/$page-$width.html" <<HTML
<!DOCTYPE html><html><head><title>nothing was looked at</title></head><body style="margin:0">
<iframe src="$page.html" style="border:0;width:${width}px;height:8000px"></iframe>
<script>
const faults = [];
const fault = (what, element) => faults.push(what + ': ' + (element ? element.textContent.slice(0, 40) : ''));
function luminance(colour) {
    const parts = colour.match(/[\d.]+/g).slice(0, 3).map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}
function behind(element) {
    for (; element; element = element.parentElement) {
        const colour = element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor;
        if (!/, 0\)|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
}
function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}
function look(view) {
    const page = view.document, root = page.documentElement;
    page.querySelectorAll('details').forEach(details => details.open = true);
    if (root.scrollWidth > root.clientWidth) fault('wider than the window by ' + (root.scrollWidth - root.clientWidth));
    const plots = [...page.querySelectorAll('svg.plot')];
    if (plots.length < 8) fault('only ' + plots.length + ' charts');
    for (const plot of plots) {
        const box = plot.getBoundingClientRect();
        const texts = [...plot.querySelectorAll('text')].map(text => [text, text.getBoundingClientRect()]);
        if (box.width < 280) fault('a chart ' + box.width + ' wide', plot);
        if (!plot.querySelector('.line')) fault('a chart without a line', plot);
        texts.forEach(([text, place], i) => {
            if (place.left < box.left - 0.5 || place.right > box.right + 0.5 || place.top < box.top - 0.5 ||
                place.bottom > box.bottom + 0.5) fault('cut off', text);
            if (parseFloat(view.getComputedStyle(text).fontSize) * box.width / 360 < 10.5) fault('too small', text);
            for (const [other, next] of texts.slice(i + 1)) {
                if (place.left < next.right && next.left < place.right && place.top + 2 < next.bottom &&
                    next.top + 2 < place.bottom) fault('one over another, ' + other.textContent, text);
            }
        });
    }
    for (const element of page.querySelectorAll('h1,h2,p,th,td,small,span,b,figcaption,caption,summary,text')) {
        const style = view.getComputedStyle(element);
        const colour = element.tagName === 'text' ? style.fill : style.color;
        if (contrast(colour, behind(element)) < 4.5) fault('faint, ' + colour + ' on ' + behind(element), element);
        if (element.tagName !== 'text' && parseFloat(style.fontSize) < 12.5) fault('small type', element);
    }
    for (const line of page.querySelectorAll('.line,.marker')) {
        if (contrast(view.getComputedStyle(line).stroke, behind(line)) < 3) fault('a faint line', line.parentElement);
    }
    const dark = luminance(view.getComputedStyle(page.body).backgroundColor) < 0.2;
    document.title = (dark ? 'dark' : 'light') + ', faults: ' + faults.length + ' ' + faults.slice(0, 5).join('; ');
}
addEventListener('load', () => {
    try { look(frames[0]); } catch (error) { document.title = 'failed: ' + error; }
});
</script></body></html>
HTML
        for scheme in 1:light 0:dark; do
            browser --blink-settings=preferredColorScheme=${scheme%:*} --window-size=1280,1000 --dump-dom \
                "file://$scratch/$page-$width.html" >"$scratch/dom"
            grep -q -F "<title>${scheme#*:}, faults: 0 </title>" "$scratch/dom" ||
                fail "$page, $width pixels, ${scheme#*:}: $(grep -o '<title>.*</title>' "$scratch/dom" || tail -n 5 "$scratch/errors")"
        done
    done
done

# A picture of it is no blank sheet.
echo '<!DOCTYPE html><html><body></body></html>' >"$scratch/blank.html"
for page in one blank; do
    browser --window-size=1280,1500 --screenshot="$scratch/$page.png" "file://$scratch/$page.html" >/dev/null
done
[ "$(stat -c %s "$scratch/one.png")" -gt $((4 * $(stat -c %s "$scratch/blank.png"))) ] || fail "the picture is blank"
