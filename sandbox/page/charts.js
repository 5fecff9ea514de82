/** Charts as Slack's `data_visualization` has them: bars, lines, areas and pies, each with its numbers as a table. */

import { h, svg } from "./dom.js";

const [WIDTH, HEIGHT] = [600, 140]; // of the drawing's own measure; it stretches
const BAR_PX = 130;
const HUES = 12; // series in style.css
const RADIUS = 40;
const ROUND = 2 * Math.PI * RADIUS;

/** The chart; null for a kind that is not known. */
export function chart({ title, chart: data }) {
  const draw = { bar, line: curves, area: curves, pie }[data.type];
  if (!draw) return null;
  return h("figure.chart", { "aria-label": title },
    h("figcaption", {}, title), draw(data),
    h("details", {}, h("summary", {}, "Numbers"), data.type === "pie" ? pieTable(title, data) : axesTable(title, data)));
}

/** Stacked bars, one for each category. */
function bar({ series, axis_config: axes }) {
  const sums = axes.categories.map((_, at) => sum(series.map((each) => each.data[at].value)));
  const highest = Math.max(...sums, 1);
  const part = (each, at, hue) => {
    const node = h(`span.bar-part.series-${hue % HUES}`, { title: `${each.name}: ${each.data[at].value}` });
    node.style.height = `${(Math.max(0, each.data[at].value) / highest) * BAR_PX}px`;
    return node;
  };
  const column = (_, at) =>
    h("span.bar", {}, h("span.bar-sum", {}, number(sums[at])), series.map((each, hue) => part(each, at, hue)).reverse());
  return h("div.drawing", { "aria-hidden": "true" },
    h("div.bars", {}, axes.categories.map(column)), categories(axes), legend(series.map((each) => each.name)), units(axes));
}

function curves({ type, series, axis_config: axes }) {
  const values = series.flatMap((each) => each.data.map((point) => point.value));
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 1)];
  const x = (at) => ((at + 0.5) / axes.categories.length) * WIDTH;
  const y = (value) => HEIGHT - 4 - ((value - low) / (high - low)) * (HEIGHT - 12);
  const drawn = (each, hue) => {
    const points = each.data.map((point, at) => `${x(at)},${y(point.value)}`);
    const ground = [`${x(each.data.length - 1)},${y(0)}`, `${x(0)},${y(0)}`];
    const fill = type === "area" && svg(`polygon.area.stroke-${hue % HUES}`, { points: [...points, ...ground].join(" ") });
    return [fill, svg(`polyline.line.stroke-${hue % HUES}`, { points: points.join(" ") })];
  };
  const grid = [high, (high + low) / 2].map((value) => svg("line.grid", { x1: 0, x2: WIDTH, y1: y(value), y2: y(value) }));
  const picture = svg("svg.curves", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" }, grid, series.map(drawn));
  return h("div.drawing", { "aria-hidden": "true" },
    h("div.highest", {}, number(high)), picture, categories(axes), legend(series.map((each) => each.name)), units(axes));
}

function pie({ segments }) {
  const all = sum(segments.map((each) => each.value)) || 1;
  let begin = 0;
  const slice = ({ value }, hue) => {
    const length = (value / all) * ROUND;
    const at = -begin;
    begin += length;
    return svg(`circle.slice.stroke-${hue % HUES}`, { r: RADIUS, "stroke-dasharray": `${length} ${ROUND - length}`, "stroke-dashoffset": at });
  };
  const share = ({ label, value }) => `${label} · ${number((value / all) * 100, 1)} %`;
  return h("div.drawing.pie", { "aria-hidden": "true" },
    svg("svg", { viewBox: "-60 -60 120 120" }, segments.map(slice)), legend(segments.map(share)));
}

function categories({ categories: labels }) {
  return h("div.categories", {}, labels.map((label) => h("span.bar-label", { title: label }, label)));
}

function legend(names) {
  return h("div.legends", {}, names.map((name, hue) => h("span.legend", {}, h(`span.swatch.series-${hue % HUES}`), name)));
}

function units({ x_label: x, y_label: y }) {
  return (x || y) && h("div.units", {}, [y, x].filter(Boolean).join(" by "));
}

function axesTable(title, { series, axis_config: axes }) {
  return h("table", { "aria-label": title },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, axes.x_label ?? ""), series.map((each) => h("th", { scope: "col" }, each.name)))),
    h("tbody", {}, axes.categories.map((label, at) =>
      h("tr", {}, h("th", { scope: "row" }, label), series.map((each) => h("td.number", {}, number(each.data[at].value)))))));
}

function pieTable(title, { segments }) {
  return h("table", { "aria-label": title }, h("tbody", {}, segments.map(({ label, value }) =>
    h("tr", {}, h("th", { scope: "row" }, label), h("td.number", {}, number(value))))));
}

function number(value, digits = 2) {
  return new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }).format(value);
}

function sum(values) {
  return values.reduce((total, each) => total + each, 0);
}
