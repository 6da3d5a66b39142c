/*
 * Shows the data of the page, one JSON object in <script id="data">, of which every "<" is written \u003c:
 *
 * { "title": "...",                               the page's title and heading
 *   "facts": {"host": "node1", ...},              in the head
 *   "runs": [{"id": "a", "name": "...", "group": "..."}, ...],
 *                                                 the one legend for all charts; group: the same text for runs that differ in
 *                                                 the seed only, which are then drawn as a median with a min-max band;
 *                                                 null or left out: none
 *   "sections": [ in their order, each with a "title":
 *     {"type": "charts", "charts": [
 *       {"title": "...", "x": "epoch", "y": "nats a word",
 *        "y_log": false,                          how the axis is at first; "auto": logarithmic from a factor of ten on
 *        "step": false,                           true: where a curve jumps, its line is upright, unless it has a band
 *        "series": [{"run": "a", "name": "training", "x": [..], "y": [..], "dashed": false}, ...]}]},
 *                                                 x rising; y null: a gap; no series: "Not recorded yet.";
 *                                                 "low" and "high" beside y: a band, from the least to the greatest
 *     {"type": "table", "columns": ["...", ...], "rows": [["...", 1.5, null], ...], "turned": false, "collapsed": false},
 *                                                 a cell is a text, a number, null (a dash), or {"value": text, number or null,
 *                                                 "note": "small, below", "mark": "right" or "wrong"}; turned: the columns are
 *                                                 shown as rows
 *     {"type": "text", "paragraphs": ["...", ["Term", "and what it means"], ...]} ] }
 *
 * Data become text nodes and numbers, never markup: dygraphs, which sets innerHTML, gets numbers alone.
 */
"use strict";
(function () {
    const DASHES = [[], [8, 3], [2, 3], [9, 3, 2, 3], [15, 4], [4, 2], [10, 2, 2, 2, 2, 2], [1, 2]];
    const COLOURS = 8, MARKED_MAX = 32, READ_OUT_MAX = 3;
    const root = document.documentElement;
    let data, runs;
    let banded = false; /* runs of a group as one curve with a band */
    let zoomed = null; /* {label, range}: the part of x that all charts of this x label show */
    const hidden = new Set(); /* keys of the legend that are switched off */
    const charts = [];

    function make(tag, properties, ...children) {
        const element = document.createElement(tag);
        for (const [key, value] of Object.entries(properties || {})) {
            key in element ? (element[key] = value) : element.setAttribute(key, value);
        }
        element.append(...children.filter(child => child !== null && child !== undefined));
        return element;
    }

    function number(value, digits) {
        if (typeof value !== "number" || !isFinite(value)) return "–";
        const size = Math.abs(value);
        if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
            return value.toExponential(Math.min(digits - 1, 3)).replace(/\.?0*e\+?/, "e").replace(/-/g, "−");
        }
        return value.toLocaleString("en", {maximumSignificantDigits: digits}).replace("-", "−");
    }

    /* On an axis, where there is little room: 150k, 2M. */
    function tickText(value) {
        const size = Math.abs(value), power = size >= 1e9 ? 0 : size >= 1e6 ? 1e6 : size >= 1e4 ? 1e3 : 1;
        return power ? number(value / power, 6) + (power === 1e6 ? "M" : power === 1e3 ? "k" : "") : number(value, 4);
    }

    /* A curve's look: number i of its kind, by colour and by dashes, which together repeat after 64. */
    const colour = i => getComputedStyle(root).getPropertyValue("--line-" + i % COLOURS).trim();
    const dashes = i => DASHES[(i + Math.floor(i / COLOURS)) % DASHES.length];

    function sample(look) {
        const space = "http://www.w3.org/2000/svg";
        const svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
        svg.setAttribute("viewBox", "0 0 34 10");
        svg.setAttribute("aria-hidden", "true");
        path.setAttribute("d", "M0 5H34");
        path.style.stroke = "var(--line-" + look.colour % COLOURS + ")";
        path.setAttribute("stroke-dasharray", look.dashes.join(" ") || "none");
        svg.append(path);
        return svg;
    }

    /* ---- What is drawn: curves of runs, or of groups with a band from the least to the greatest of their runs ---- */

    function prefix(names) {
        let length = 0;
        while (names.every(name => length < name.length && name[length] === names[0][length])) length++;
        return names[0].slice(0, length).replace(/[\s\-_.,(/]*(seed)?[\s\-_.,(/]*$/i, "");
    }

    function findRuns() {
        runs = new Map();
        const groups = new Map();
        for (const run of data.runs) {
            const members = groups.get(run.group) || [];
            runs.set(run.id, {name: run.name, members});
            members.push(run.name);
            if (run.group !== null && run.group !== undefined) groups.set(run.group, members);
        }
        const taken = new Set();
        for (const run of runs.values()) {
            if (run.members.length > 1 && !run.members.label) {
                const label = prefix(run.members);
                run.members.label = (label && !taken.has(label) ? label : run.name + " …") + " (" + run.members.length + " runs)";
                taken.add(label);
            }
        }
        banded = [...runs.values()].some(run => run.members.length > 1);
        return banded;
    }

    const owner = run => banded && run.members.length > 1 ? run.members : run;

    /* The legend: a key for each run or group, and one for each name of a curve where a chart has several of one run. */
    function legendKeys() {
        const owners = [...new Set([...runs.values()].map(owner))];
        const names = [];
        for (const chart of charts) {
            const own = [...new Set(chart.spec.series.map(series => series.name))];
            if (own.length > 1) names.push(...own.filter(name => !names.includes(name)));
        }
        return {owners, names: names.map(name => "name " + name)};
    }

    function label(key) {
        return typeof key === "string" ? key.slice(5) : key.label || key.name;
    }

    /* A key's look. With one run the names are told apart, with several the runs. */
    function lookOf(run, series) {
        const keys = legendKeys(), name = keys.names.indexOf("name " + series.name);
        const place = keys.owners.length > 1 ? keys.owners.indexOf(owner(run)) : Math.max(name, 0);
        return {colour: place, dashes: series.dashed ? [5, 4] : dashes(place)};
    }

    function curvesOf(spec) {
        const curves = [], merged = new Map();
        const several = new Set(spec.series.map(series => series.name)).size > 1;
        for (const series of spec.series) {
            const run = runs.get(series.run), key = owner(run);
            const keys = [key, ...(several ? ["name " + series.name] : [])];
            const title = runs.size === 1 ? series.name || run.name : label(key) + (several ? ", " + series.name : "");
            const curve = {keys, title, look: lookOf(run, series), points: new Map()};
            const at = (values, i) => values[i] === null ? NaN : values[i];
            curve.band = Boolean(series.low);
            series.x.forEach((x, i) => {
                curve.points.set(x, [series.low || series.y, series.y, series.high || series.y].map(values => at(values, i)));
            });
            if (key === run) {
                curves.push(curve);
                continue;
            }
            const id = label(key) + "\n" + series.name;
            if (!merged.has(id)) {
                merged.set(id, Object.assign(curve, {band: true, parts: []}));
                curves.push(curve);
            }
            merged.get(id).parts.push(curve.points);
        }
        merged.forEach(merge);
        return curves;
    }

    function merge(curve) {
        const all = new Map();
        for (const part of curve.parts) {
            for (const [x, point] of part) all.has(x) ? all.get(x).push(point) : all.set(x, [point]);
        }
        curve.points = new Map();
        for (const [x, given] of all) {
            const points = given.filter(point => isFinite(point[1])), last = points.length - 1;
            const sorted = points.map(point => point[1]).sort((a, b) => a - b);
            const median = (sorted[Math.floor(last / 2)] + sorted[Math.ceil(last / 2)]) / 2;
            const ends = [Math.min(...points.map(point => point[0])), Math.max(...points.map(point => point[2]))];
            curve.points.set(x, last < 0 ? [NaN, NaN, NaN] : [ends[0], median, ends[1]]);
        }
    }

    /* ---- A chart ---- */

    /* Where more points than a few fall on a pixel's column, its first, least, greatest and last look the same and are drawn faster. */
    function thin(points, width) {
        if (points.length < 4 * width) return points;
        const kept = [];
        for (let first = 0, end; first < points.length; first = end) {
            const column = Math.round(points[first].canvasx);
            let low = first, high = first;
            for (end = first; end < points.length && Math.round(points[end].canvasx) === column; end++) {
                if (points[end].canvasy < points[low].canvasy) low = end;
                if (points[end].canvasy > points[high].canvasy) high = end;
                if (!isFinite(points[end].yval)) kept.push(points[end]);
            }
            new Set([first, Math.min(low, high), Math.max(low, high), end - 1]).forEach(i => kept.push(points[i]));
        }
        return kept;
    }

    /* An upright line where a curve jumps, much further than it goes before and after: a schedule has no values in between. */
    function addSteps(given, height) {
        const points = [];
        given.forEach((point, i) => {
            const before = given[i - 1], far = given[i - 2], next = given[i + 1];
            const jump = before ? Math.abs(point.canvasy - before.canvasy) : 0;
            const near = Math.max(far ? Math.abs(before.canvasy - far.canvasy) : -1, next ? Math.abs(next.canvasy - point.canvasy) : -1);
            if (jump > height / 12 && near >= 0 && near < jump / 3) points.push(Object.assign({}, point, {canvasy: before.canvasy}));
            points.push(point);
        });
        return points;
    }

    const drawCurve = hasSteps => e => Dygraph.Plotters.linePlotter(
        Object.assign({}, e, {points: hasSteps ? addSteps(e.points, e.plotArea.h) : thin(e.points, e.plotArea.w)}));

    function chartButton(text, title, pressed, action) {
        return make("button", {type: "button", textContent: text, title, ariaPressed: String(pressed), onclick() {
            this.ariaPressed = String(this.ariaPressed !== "true");
            action(this.ariaPressed === "true");
        }});
    }

    class Chart {
        constructor(spec, number) {
            this.spec = spec;
            this.number = number;
            this.isStale = true;
            const xs = spec.series.flatMap(series => series.x), ys = spec.series.flatMap(series => series.y.filter(y => y !== null));
            this.least = xs.reduce((a, b) => Math.min(a, b), Infinity);
            this.most = xs.reduce((a, b) => Math.max(a, b), -Infinity);
            this.isWhole = spec.x === "epoch" || xs.every(Number.isInteger);
            this.places = [...new Set(xs)].sort((a, b) => a - b);
            const least = ys.reduce((a, b) => Math.min(a, b), Infinity), most = ys.reduce((a, b) => Math.max(a, b), -Infinity);
            this.yLog = spec.y_log === "auto" && least > 0 && most / least >= 10;
            this.xLog = false;
            this.plot = make("div", {className: "chart", role: "img"});
            this.values = make("div", {className: "values", hidden: true});
            this.last = make("ul");
            const switches = make("span", {className: "switches"});
            if (this.least > 0 && this.most / this.least >= 8) {
                switches.append(chartButton("log x", "logarithmic axis of " + spec.x, this.xLog, on => this.update({xLog: on})));
            }
            if (most > 0) {
                switches.append(chartButton("log y", "logarithmic axis of values", this.yLog, on => this.update({yLog: on})));
            }
            const caption = make("figcaption", {}, make("b", {textContent: spec.title}), switches,
                make("span", {className: "unit", textContent: spec.y || ""}));
            this.figure = make("figure", {}, caption);
            if (ys.length > 0) {
                const x = make("span", {className: "x", textContent: spec.x});
                this.figure.append(this.plot, make("div", {className: "bottom"}, this.last, x), this.values);
            } else {
                this.figure.append(make("p", {className: "soft", textContent: "Not recorded yet."}));
                this.isEmpty = true;
            }
        }

        update(change) {
            Object.assign(this, change, {isStale: true});
            drawStale();
        }

        range() {
            if (zoomed && zoomed.label === this.spec.x) return zoomed.range;
            const same = charts.filter(chart => chart.spec.x === this.spec.x && !chart.isEmpty);
            const least = Math.min(...same.map(chart => chart.least)), most = Math.max(...same.map(chart => chart.most));
            if (least === most) return [least - 0.5, most + 0.5];
            return this.xLog ? [this.least / 1.08, most * 1.08] : [least, most + (most - least) * 0.008];
        }

        ticks(a, b, pixels, options, dygraph, values) {
            const isFew = this.xLog && this.places.length <= 8;
            const ticks = isFew ? this.places.map(v => ({v, label: tickText(v)}))
                : Dygraph.numericTicks(a, b, pixels, options, dygraph, values);
            return ticks.filter(tick => tick.v >= a && tick.v <= b && (!this.isWhole || Number.isInteger(tick.v)));
        }

        rows() {
            const places = [...new Set(this.curves.flatMap(curve => [...curve.points.keys()]))].sort((a, b) => a - b);
            const hasBands = this.curves.some(curve => curve.band);
            const missing = hasBands ? [null, null, null] : null;
            return places.map(x => [x, ...this.curves.map(curve => {
                const point = curve.points.get(x);
                return point === undefined ? missing : hasBands ? point : point[1];
            })]);
        }

        draw() {
            if (this.isEmpty) return;
            this.isStale = false;
            if (!this.curves || this.isBanded !== banded) {
                this.curves = curvesOf(this.spec);
                this.isBanded = banded;
                if (this.dygraph) this.dygraph.destroy();
                this.dygraph = null;
            }
            const visibility = this.curves.map(curve => !curve.keys.some(key => hidden.has(key)));
            const shown = this.curves.filter((curve, i) => visibility[i]);
            const style = getComputedStyle(root), series = {};
            this.curves.forEach((curve, i) => {
                series[i] = {color: colour(curve.look.colour), strokePattern: curve.look.dashes.length ? curve.look.dashes : null,
                    drawPoints: curve.points.size <= MARKED_MAX && !this.spec.step};
            });
            const options = {
                visibility, series, dateWindow: this.range(), logscale: this.yLog, includeZero: !this.yLog,
                gridLineColor: style.getPropertyValue("--grid").trim(), axisLineColor: style.getPropertyValue("--soft").trim(),
                highlightSeriesBackgroundColor: style.getPropertyValue("--card").trim(),
                highlightSeriesOpts: shown.length > 1 ? {strokeWidth: 2.6, highlightCircleSize: 4} : null,
                axes: {
                    x: {logscale: this.xLog, ticker: (...given) => this.ticks(...given), axisLabelFormatter: tickText,
                        axisLabelWidth: 64, pixelsPerLabel: 56},
                    y: {axisLabelFormatter: tickText, axisLabelWidth: 54, pixelsPerLabel: 34},
                },
            };
            if (this.dygraph) {
                this.dygraph.updateOptions(options);
            } else {
                this.create(options);
            }
            this.describe(shown);
        }

        create(options) {
            const model = Dygraph.defaultInteractionModel, several = name => (event, g, context) => {
                /* One finger scrolls the page and touches a value; two zoom. */
                if (event.touches.length > 1 || (name === "touchend" && context.initialTouches)) model[name](event, g, context);
            };
            this.dygraph = new Dygraph(this.plot, this.rows(), Object.assign({
                labels: ["x", ...this.curves.map((curve, i) => String(i))], legend: "never",
                fillAlpha: 0.16, strokeWidth: 1.8, pointSize: 2.2,
                customBars: this.curves.some(curve => curve.band), connectSeparatedPoints: true, highlightCircleSize: 3.5,
                highlightSeriesBackgroundAlpha: 1, xRangePad: 0, rightGap: 8,
                interactionModel: Object.assign({}, model,
                    {touchstart: several("touchstart"), touchmove: several("touchmove"), touchend: several("touchend")}),
                highlightCallback: (event, x, points, row, name) => this.show(event, x, points, name),
                unhighlightCallback: () => { this.values.hidden = true; },
                zoomCallback: (low, high) => zoom(this, low, high),
                plotter: [Dygraph.Plotters.errorPlotter, drawCurve(Boolean(this.spec.step && !this.spec.series.some(series => series.low)))],
            }, options));
        }

        /* The values at the place under the pointer. */
        show(event, x, points, name) {
            const body = make("tbody");
            for (const point of [...points].filter(point => isFinite(point.yval)).sort((a, b) => b.yval - a.yval)) {
                const curve = this.curves[Number(point.name)], given = curve.points.get(x);
                const band = given && given[0] !== given[2] ? " (" + number(given[0], 4) + " to " + number(given[2], 4) + ")" : "";
                body.append(make("tr", {className: point.name === name && points.length > 1 ? "nearest" : ""},
                    make("td", {}, sample(curve.look)), make("th", {scope: "row", dir: "auto", textContent: curve.title}),
                    make("td", {textContent: number(point.yval, 5) + band})));
            }
            const place = make("div", {className: "soft", textContent: this.spec.x + " " + number(x, 7)});
            this.values.replaceChildren(place, make("table", {}, body));
            this.values.hidden = body.children.length === 0;
            const box = this.figure.getBoundingClientRect(), plot = this.plot.getBoundingClientRect();
            const left = points.length ? plot.left - box.left + points[0].canvasx : 0, width = this.values.offsetWidth;
            this.values.style.left = Math.max(4, left + 18 + width < box.width ? left + 14 : left - width - 14) + "px";
            this.values.style.top = Math.max(4, Math.min(event.clientY - box.top + 16, box.height - this.values.offsetHeight - 4)) + "px";
        }

        /* In words, for who does not see the curves; the last values of a few curves are there for all. */
        describe(shown) {
            const ends = shown.map(curve => {
                const points = [...curve.points].filter(([, point]) => isFinite(point[1])).sort((a, b) => a[0] - b[0]);
                return {curve, points, first: points[0], last: points[points.length - 1]};
            });
            const said = ends.map(({curve, points, first, last}) => curve.title + ": " + (last
                ? points.length + " values, first " + number(first[1][1], 5) + " at " + first[0] + ", last " +
                    number(last[1][1], 5) + " at " + last[0] : "no values") + ".");
            const unit = this.spec.y ? " (" + this.spec.y + ")" : "";
            this.plot.setAttribute("aria-label", this.spec.title + unit + " by " + this.spec.x + ". " + said.join(" "));
            const few = ends.length <= READ_OUT_MAX ? ends.filter(end => end.last) : [];
            this.last.replaceChildren(...few.map(({curve, last}) => make("li", {dir: "auto",
                textContent: (ends.length > 1 ? curve.title + ": " : "") + "last " + number(last[1][1], 4)})));
        }
    }

    /* ---- All charts ---- */

    const isInSight = chart => {
        const box = chart.figure.getBoundingClientRect();
        return box.bottom > 0 && box.top < innerHeight;
    };

    /* Draws what is in sight at once, the rest chart by chart, so that the page answers in between. */
    let isDrawing = false;
    function drawStale() {
        charts.filter(chart => chart.isStale && isInSight(chart)).forEach(chart => chart.draw());
        if (isDrawing) return;
        isDrawing = true;
        setTimeout(function next() {
            const chart = charts.find(chart => chart.isStale && !chart.isEmpty);
            if (chart) chart.draw();
            isDrawing = Boolean(chart);
            if (chart) setTimeout(next, 0);
        }, 0);
    }

    function redraw() {
        charts.forEach(chart => { chart.isStale = true; });
        drawStale();
    }

    function zoom(from, low, high) {
        const isWhole = !from.dygraph.isZoomed("x");
        if (!isWhole && zoomed && zoomed.range[0] === low && zoomed.range[1] === high) return;
        zoomed = isWhole ? null : {label: from.spec.x, range: [low, high]};
        document.getElementById("unzoom").hidden = !zoomed;
        charts.forEach(chart => { chart.isStale = chart.isStale || (chart.spec.x === from.spec.x && (isWhole || chart !== from)); });
        drawStale();
    }

    function unzoom() {
        zoomed = null;
        document.getElementById("unzoom").hidden = true;
        charts.forEach(chart => { if (chart.dygraph) chart.dygraph.updateOptions({valueRange: null}, true); });
        redraw();
    }

    function fillLegend(legend) {
        const keys = legendKeys();
        const all = [...(keys.owners.length > 1 ? keys.owners : []), ...keys.names];
        hidden.forEach(key => { if (!all.includes(key)) hidden.delete(key); });
        legend.replaceChildren(...all.map(key => {
            const places = typeof key === "string" ? keys.names : keys.owners, place = places.indexOf(key);
            const isLine = typeof key !== "string" || keys.owners.length === 1;
            const dashed = typeof key === "string" && charts.some(chart => chart.spec.series.some(series =>
                series.dashed && series.name === label(key)));
            const box = make("input", {type: "checkbox", checked: !hidden.has(key), onchange() {
                this.checked ? hidden.delete(key) : hidden.add(key);
                redraw();
            }});
            const look = {colour: place, dashes: dashed ? [5, 4] : dashes(place)};
            return make("label", {title: "shown or hidden in all charts; double click: alone", ondblclick() {
                all.forEach(other => places.includes(other) && other !== key ? hidden.add(other) : hidden.delete(other));
                fillLegend(legend);
                redraw();
            }}, box, isLine ? sample(look) : null, make("span", {dir: "auto", textContent: label(key)}));
        }));
        return all.length;
    }

    function makeLegend(hasBands) {
        const curves = make("div", {className: "curves", role: "group", ariaLabel: "Curves"});
        const isLong = Math.max(fillLegend(curves), runs.size) > 2;
        const button = (text, action, properties) =>
            make("button", Object.assign({type: "button", textContent: text, onclick: action}, properties));
        const switchAll = on => () => {
            curves.querySelectorAll("input").forEach(box => { if (box.checked !== on) box.click(); });
        };
        return make("div", {className: "legend"}, curves, make("div", {className: "buttons"},
            isLong ? button("All", switchAll(true)) : null, isLong ? button("None", switchAll(false)) : null,
            hasBands ? button("Bands over seeds", function () {
                banded = !banded;
                this.ariaPressed = String(banded);
                fillLegend(curves);
                redraw();
            }, {ariaPressed: "true", title: "median of the runs that differ in the seed only, and the band from least to greatest"}) : null,
            button("Reset zoom", unzoom, {id: "unzoom", hidden: true})));
    }

    /* ---- Tables and text ---- */

    /* A key may be broken behind its points and underscores. */
    function breakable(text) {
        return String(text).split(/(?<=[._])/).flatMap((part, i) => i > 0 ? [make("wbr"), part] : [part]);
    }

    function makeCell(tag, cell) {
        const given = cell !== null && typeof cell === "object" ? cell : {value: cell};
        const value = given.value === null || given.value === undefined ? "–" : given.value;
        return make(tag, {className: given.mark || "", dir: "auto"}, ...(typeof value === "number" ? [number(value, 5)] : breakable(value)),
            given.note ? make("small", {textContent: given.note}) : null);
    }

    function makeTable(section) {
        let {columns, rows} = section;
        if (section.turned) {
            [columns, rows] = [[columns[0], ...rows.map(row => row[0])],
                columns.slice(1).map((column, i) => [column, ...rows.map(row => row[i + 1])])];
        }
        const head = columns.map(column => Object.assign(makeCell("th", column), {scope: "col"}));
        const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows.map(row =>
            make("tr", {}, ...row.map((cell, i) => i ? makeCell("td", cell) : Object.assign(makeCell("th", cell), {scope: "row"}))))));
        return make("div", {className: "table", role: "region", tabIndex: 0, ariaLabel: section.title}, table);
    }

    function makeSection(section) {
        const content = [];
        if (section.type === "charts") {
            const own = section.charts.map(spec => new Chart(spec, charts.length));
            charts.push(...own);
            content.push(make("div", {className: "charts"}, ...own.map(chart => chart.figure)));
        } else if (section.type === "table") {
            content.push(makeTable(section));
        } else {
            content.push(...section.paragraphs.map(text => typeof text === "string" ? make("p", {textContent: text})
                : make("p", {}, make("b", {textContent: text[0]}), ": " + text[1])));
        }
        if (section.collapsed) {
            return make("section", {}, make("details", {}, make("summary", {textContent: section.title}), ...content));
        }
        return make("section", {}, make("h2", {textContent: section.title, dir: "auto"}), ...content);
    }

    /* ---- The page ---- */

    function print(isPrinting) {
        root.classList.toggle("printing", isPrinting);
        charts.forEach(chart => {
            chart.draw();
            if (chart.dygraph) chart.dygraph.resize();
        });
    }

    function main() {
        const text = document.getElementById("data").textContent;
        const page = document.getElementById("page");
        if (text[0] === "@") {
            page.replaceChildren(make("p", {textContent: "This page holds no data yet: cvae_mpi fills it."}));
            return;
        }
        data = JSON.parse(text);
        data.sections = data.sections.filter(section => section.type !== "charts" || section.charts.length > 0);
        document.title = data.title;
        page.replaceChildren(make("h1", {textContent: data.title, dir: "auto"}), make("dl", {className: "facts"},
            ...Object.entries(data.facts).map(([name, value]) => make("div", {}, make("dt", {textContent: name}),
                make("dd", {dir: "auto", textContent: value})))));
        const hasBands = findRuns();
        const sections = data.sections.map(makeSection);
        const first = data.sections.findIndex(section => section.type === "charts");
        if (first >= 0) sections.splice(first, 0, makeLegend(hasBands));
        page.append(...sections);
        const notes = document.getElementById("notes"), heading = notes.firstElementChild.textContent; /* on a run */
        notes.hidden = data.sections.some(section => section.title === heading);
        drawStale();
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
        addEventListener("beforeprint", () => print(true));
        addEventListener("afterprint", () => print(false));
    }

    main();
})();
