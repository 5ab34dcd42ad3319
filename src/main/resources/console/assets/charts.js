"use strict";
// Draws the table under each chart as stacked bars. The table stays the truth, for readers of every kind.
(() => {
  const charts = [...document.querySelectorAll("[data-chart]")].filter((figure) => figure.querySelector("[data-plot]"));
  const DAY_SECONDS = 86400;

  function read(figure) {
    const table = figure.querySelector("details table");
    const names = [...table.querySelectorAll("thead th")].slice(1, -1).map((cell) => cell.textContent);
    const rows = [...table.querySelectorAll("tbody tr")];
    const days = rows.map((row) => Date.parse(row.dataset.day + "T00:00:00Z") / 1000);
    const values = names.map((_, index) =>
      rows.map((row) => Number(row.querySelectorAll("td[data-value]")[index].dataset.value)));
    return { names, days, values };
  }

  // Each series becomes the sum of itself and all below it; the highest is drawn first and overpainted.
  function stacked(values) {
    const sums = [];
    values.forEach((series, index) =>
      sums.push(series.map((value, day) => value + (index === 0 ? 0 : sums[index - 1][day]))));
    return sums;
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw(figure) {
    const plot = figure.querySelector("[data-plot]");
    const { names, days, values } = read(figure);
    const sums = stacked(values);
    const order = names.map((_, index) => names.length - 1 - index);
    const number = new Intl.NumberFormat();
    const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    plot.replaceChildren();
    const chart = new uPlot(
      {
        width: plot.clientWidth,
        height: Math.round(Math.max(180, Math.min(260, plot.clientWidth / 3))),
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        scales: {
          x: { range: (_, from, to) => [from - DAY_SECONDS / 2, to + DAY_SECONDS / 2] },
          y: { range: (_, from, to) => [Math.min(0, from), Math.max(1, to * 1.05)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            incrs: [1, 2, 3, 5, 7, 10, 15].map((days) => days * DAY_SECONDS),
            values: (_, ticks) => ticks.map((tick) => date.format(tick * 1000)),
          },
          { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
        ],
        legend: { live: false, isolate: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
        series: [
          { label: "Day" },
          ...order.map((index) => ({
            label: names[index],
            stroke: colour(`--c${(index % 8) + 1}`),
            fill: colour(`--c${(index % 8) + 1}`),
            width: 0,
            paths: uPlot.paths.bars({ size: [0.72, 28] }),
            points: { show: false },
          })),
        ],
      },
      [days, ...order.map((index) => sums[index])],
      plot,
    );
    plot.querySelector("canvas").setAttribute("aria-hidden", "true");
    return chart;
  }

  function drawAll() {
    charts.forEach(draw);
  }

  let width = 0;
  new ResizeObserver(() => {
    if (document.body.clientWidth !== width) {
      width = document.body.clientWidth;
      drawAll();
    }
  }).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
