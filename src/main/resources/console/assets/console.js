"use strict";
// Times in the reader's zone, with the UTC that the server wrote kept as the title; buttons that copy; what was typed is kept.
(() => {
  const minutes = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const inCards = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  const thisYear = new Date().getFullYear();
  const seconds = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

  function prepare(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.valueOf())) time.textContent = (time.closest(".timeline") ? seconds : time.closest(".card") && at.getFullYear() === thisYear ? inCards : minutes).format(at);
    }
    for (const button of root.querySelectorAll("button[data-copy], button[data-text]")) button.hidden = !navigator.clipboard;
    for (const part of root.querySelectorAll("[data-scripted]")) part.hidden = false;
  }

  // A file that is too large is not sent at all; one that was uploaded is the form's image.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    const [file] = input.files;
    const picked = document.getElementById("picked");
    const tooLarge = file && file.size > Number(input.dataset.mostBytes);
    const words = document.createElement("p");
    if (tooLarge) words.className = "fault";
    words.textContent = !file ? "" : tooLarge
      ? `${file.name} has ${(file.size / 1048576).toFixed(1)} MB; at most ${input.dataset.mostBytes / 1048576} MB are taken.`
      : `Uploading ${file.name}…`;
    picked.replaceChildren(words);
    if (!file || tooLarge) event.stopPropagation();
  }, true);
  document.addEventListener("htmx:load", (event) => {
    const url = event.detail.elt.id === "picked" && event.detail.elt.dataset.url;
    if (!url) return;
    const image = document.getElementById("image");
    image.value = url;
    image.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const failed of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failed, (event) => {
      if (event.detail.elt.type !== "file") return;
      const words = document.createElement("p");
      words.className = "fault";
      words.textContent = "The file was not uploaded. Try again.";
      document.getElementById("picked").replaceChildren(words);
    });
  }

  // A form that is on its way says so, until its page is replaced or shown again.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy], button[data-text]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.text ?? document.getElementById(button.dataset.copy).textContent);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  // What the reader has opened stays open when its part of the page is replaced.
  let opened = null;
  const summaries = (root) => [...root.querySelectorAll("details")].map((details) => [details, details.querySelector("summary").textContent]);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const all = summaries(event.detail.target);
    opened = all.length === 0 ? null : new Set(all.filter(([details]) => details.open).map(([, words]) => words));
  });
  document.addEventListener("htmx:load", (event) => {
    if (opened) for (const [details, words] of summaries(event.detail.elt)) details.open = opened.has(words);
    opened = null;
    prepare(event.detail.elt);
  });
  prepare(document);

  // A session may end while its user types. What was typed is kept in this tab for the same team, until another page is opened.
  const DRAFT = "draft of ";
  const team = document.querySelector(".who b")?.textContent;
  const form = document.getElementById("try");
  if (form && team) {
    const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "file");
    const kept = JSON.parse(sessionStorage.getItem(DRAFT + team) ?? "null");
    if (kept?.length === fields.length && form.elements.prompt.value === "") fields.forEach((field, i) => { field[field.type === "checkbox" ? "checked" : "value"] = kept[i]; });
    const keep = () => sessionStorage.setItem(DRAFT + team, JSON.stringify(fields.map((field) => field.type === "checkbox" ? field.checked : field.value)));
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  } else if (team) {
    sessionStorage.clear();
  }
})();
