"use strict";
// Draws the table under each chart as stacked bars. The table stays the truth, for readers of every kind. What a bar stands for is
// said under the chart, for the mouse and for the arrow keys; a segment leads where the page's link of its name leads.
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
    const link = (name) => figure.dataset.link && !name.startsWith("(") ? figure.dataset.link + encodeURIComponent(name) : undefined;
    const links = names.map((name) => document.querySelector(`main a[data-name="${CSS.escape(name)}"]`)?.href ?? link(name));
    return { names, days, values, links };
  }

  // Each series becomes the sum of itself and all below it; the highest is drawn first and overpainted.
  function stacked(values) {
    const sums = [];
    values.forEach((series, index) =>
      sums.push(series.map((value, day) => value + (index === 0 ? 0 : sums[index - 1][day]))));
    return sums;
  }

  // As the browser shows it now, light or dark: a canvas knows no variables.
  const probe = document.body.appendChild(document.createElement("i"));
  probe.hidden = true;
  function colour(name) {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  }

  function draw(figure) {
    const plot = figure.querySelector("[data-plot]");
    const { names, days, values, links } = read(figure);
    const sums = stacked(values);
    const order = names.map((_, index) => names.length - 1 - index);
    const number = new Intl.NumberFormat();
    const date = new Intl.DateTimeFormat(undefined, figure.dataset.unit === "month"
      ? { month: "short", year: "2-digit", timeZone: "UTC" }
      : { day: "numeric", month: "short", timeZone: "UTC" });
    const today = figure.dataset.today && Date.parse(figure.dataset.today + "T00:00:00Z") / 1000;
    // From the last bar backwards, so that it always has its day under it.
    const step = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(plot.clientWidth / 80))));
    const labelled = days.filter((_, index) => (days.length - 1 - index) % step === 0);
    const whole = new Intl.DateTimeFormat(undefined, figure.dataset.unit === "month"
      ? { month: "long", year: "numeric", timeZone: "UTC" }
      : { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
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
            splits: () => labelled,
            values: (_, ticks) => ticks.map((tick) => (tick === today ? "Today" : date.format(tick * 1000))),
          },
          { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
        ],
        legend: { live: false, isolate: false },
        // A hand that trembles clicks all the same.
        cursor: { drag: { x: false, y: false, click() {} }, points: { show: false }, y: false },
        hooks: { setCursor: [(drawn) => point(drawn)] },
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

    let at = null;
    let chosen = null;
    const readout = figure.querySelector(".readout") ?? plot.insertAdjacentElement("afterend", document.createElement("p"));
    readout.className = "readout";
    readout.setAttribute("role", "status");
    readout.textContent = "";

    function tell() {
      const parts = names.map((name, index) => ({ index, text: `${name} ${number.format(values[index][at])}` }))
        .filter((part) => values[part.index][at] !== 0);
      const total = number.format(values.reduce((sum, series) => sum + series[at], 0));
      readout.textContent = chosen === null
        ? `${whole.format(days[at] * 1000)}: ${total}` + (parts.length > 1 ? ` (${parts.map((part) => part.text).join(", ")})` : parts.length ? `, ${names[parts[0].index]}` : "")
        : `${whole.format(days[at] * 1000)}: ${names[chosen]} ${number.format(values[chosen][at])} of ${total}` + (links[chosen] ? ". Press Enter or click to open" : "");
      plot.style.cursor = chosen !== null && links[chosen] ? "pointer" : "";
    }

    function point(drawn) {
      const { idx, top } = drawn.cursor;
      if (idx === null || idx === undefined || document.activeElement === plot && plot.matches(":focus-visible")) return;
      const height = drawn.posToVal(top, "y");
      const hit = height < 0 ? -1 : names.findIndex((_, index) => values[index][idx] > 0 && height <= sums[index][idx]);
      const found = hit < 0 ? null : hit;
      if (idx === at && found === chosen) return;
      at = idx;
      chosen = found;
      tell();
    }

    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `${figure.querySelector("figcaption").textContent}. Left and right: from one to the next. Up and down: what it is made of.`);
    plot.onclick = () => { if (chosen !== null && links[chosen]) location.href = links[chosen]; };
    plot.onkeydown = (event) => {
      const made = names.map((_, index) => index).filter((index) => at !== null && values[index][at] !== 0);
      const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -days.length, End: days.length }[event.key];
      if (steps !== undefined) {
        at = at === null ? days.length - 1 : Math.max(0, Math.min(days.length - 1, at + steps));
        chosen = null;
      } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && made.length > 0) {
        const step = event.key === "ArrowUp" ? 1 : -1;
        const place = made.indexOf(chosen);
        chosen = made[place < 0 ? (step > 0 ? 0 : made.length - 1) : (place + step + made.length) % made.length];
      } else if (event.key === "Enter" && chosen !== null && links[chosen]) {
        location.href = links[chosen];
        return;
      } else {
        return;
      }
      event.preventDefault();
      chart.setCursor({ left: chart.valToPos(days[at], "x"), top: 0 }, false);
      tell();
    };
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
