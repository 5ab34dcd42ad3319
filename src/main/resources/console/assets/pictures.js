"use strict";
// Images one by one in a viewer; a picture that cannot be had becomes words; pages that ask how a job is doing do so gently.
(() => {
  const clipboard = Boolean(navigator.clipboard);
  let said = document.querySelector("[data-said]")?.dataset.said;

  function prepare(root) {
    for (const button of root.querySelectorAll("button[data-copy-link]")) button.hidden = !clipboard;
    for (const image of root.querySelectorAll("img[referrerpolicy]")) if (image.complete && image.naturalWidth === 0) image.decode().catch(() => missing(image));
  }

  // A broken image says nothing; its text does, in its place.
  function missing(image) {
    if (image.hidden || !image.isConnected) return;
    image.hidden = true;
    const words = document.createElement("span");
    words.className = "missing";
    words.textContent = `${image.alt || "Image"} could not be loaded`;
    image.after(words);
  }
  document.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement && event.target.referrerPolicy === "no-referrer") missing(event.target);
  }, true);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy-link]");
    if (!button) return;
    await navigator.clipboard.writeText(new URL(button.dataset.copyLink, location.href).href);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 2000);
  });

  // The viewer: arrows, + and -, Escape. Zoomed in, arrows move over the image.
  const viewer = document.getElementById("viewer");
  if (viewer) {
    const frame = viewer.querySelector(".viewer-frame");
    const zoomButton = viewer.querySelector("[data-do=zoom]");
    let links = [];
    let at = 0;
    let image = null;

    const zoomed = () => viewer.classList.contains("zoomed");

    function load(link) {
      const loading = new Image();
      loading.referrerPolicy = "no-referrer";
      loading.alt = link.querySelector("img").alt;
      loading.src = link.href;
      return loading;
    }

    function show(number) {
      zoom(false);
      at = (number + links.length) % links.length;
      image = load(links[at]);
      frame.replaceChildren(image);
      viewer.querySelector("#viewer-count").textContent = `${at + 1} of ${links.length}`;
      const actions = links[at].closest("figure").querySelector("figcaption");
      viewer.querySelector(".viewer-links").replaceChildren(...[...actions.children].map((action) => action.cloneNode(true)));
      for (const step of viewer.querySelectorAll(".viewer-step")) step.hidden = links.length === 1;
      if (links.length > 1) load(links[(at + 1) % links.length]);
    }

    // To the image's own size, or to twice of what was seen; the point that was pressed stays where it was.
    function zoom(closer, x = 0.5, y = 0.5) {
      if (!image || closer === zoomed() || closer && image.naturalWidth === 0) return;
      if (closer) image.style.width = `${Math.max(image.naturalWidth, 2 * image.clientWidth)}px`;
      else image.style.removeProperty("width");
      viewer.classList.toggle("zoomed", closer);
      zoomButton.setAttribute("aria-pressed", String(closer));
      if (closer) frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
    }

    const actions = {
      previous: () => show(at - 1),
      next: () => show(at + 1),
      zoom: () => zoom(!zoomed()),
      close: () => viewer.close(),
    };
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-view]");
      if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      links = [...link.closest("[data-gallery]").querySelectorAll("a[data-view]")];
      viewer.showModal();
      show(links.indexOf(link));
    });
    viewer.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) actions[button.dataset.do]();
      else if (event.target === image) zoom(!zoomed(), event.offsetX / image.clientWidth, event.offsetY / image.clientHeight);
      else if (event.target === frame || event.target === viewer) viewer.close();
    });
    viewer.addEventListener("keydown", (event) => {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const move = moves[event.key];
      if (move && zoomed()) frame.scrollBy({ left: move[0] * frame.clientWidth / 4, top: move[1] * frame.clientHeight / 4 });
      else if (event.key === "ArrowLeft") show(at - 1);
      else if (event.key === "ArrowRight") show(at + 1);
      else if (event.key === "+" || event.key === "=") zoom(true);
      else if (event.key === "-") zoom(false);
      else return;
      event.preventDefault();
    });
    viewer.addEventListener("close", () => {
      zoom(false);
      frame.replaceChildren();
      image = null;
    });
  }

  // An answer that asking again does not change.
  const refused = (xhr) => xhr.status >= 400 && xhr.status < 500 && xhr.status !== 408 && xhr.status !== 429;

  // Nobody sees a page in the background: it asks again once it is seen.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.dataset.polls) event.preventDefault();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.dataset.polls || !refused(xhr)) return;
    // What is not there any more, or not for this visitor, is not asked for again: its copy has no timer.
    const last = elt.cloneNode(true);
    const words = document.createElement("p");
    words.className = "notice bad";
    words.setAttribute("role", "alert");
    words.textContent = "This is not updated any more. Reload the page.";
    last.prepend(words);
    elt.replaceWith(last);
  });

  // Try: what is pressed twice at once is meant once; the next press is another request.
  const form = document.getElementById("try");
  if (form) {
    const outcome = document.getElementById("outcome");
    let pressed = -Infinity;
    const tell = (kind, text, role) => {
      const words = document.createElement("p");
      words.className = kind;
      words.setAttribute("role", role);
      words.textContent = text;
      outcome.replaceChildren(words);
      outcome.hidden = false;
      outcome.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("submit", (event) => {
      if (event.target !== form) return;
      const again = event.timeStamp - pressed < 1000;
      if (!again) pressed = event.timeStamp;
      else {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }, true);
    for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      document.addEventListener(failed, (event) => {
        if (event.detail.elt !== form) return;
        const { xhr } = event.detail;
        if (!xhr || !refused(xhr)) {
          tell("notice bad", "No answer. Press Generate again: it is the same request, and is made and paid once.", "alert");
          return;
        }
        // Its session, or its visitor's role, has ended since: pressing again does not help.
        tell("notice bad", "Nothing was sent: this page is out of date. Reload it, and press Generate again.", "alert");
      });
    }
    // The vendor's verdict may take a while; the job before is followed no longer.
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.elt === form) tell("panel quiet", "Sending…", "status");
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.requestConfig?.elt === form) outcome.scrollIntoView({ block: "nearest" });
    });
  }

  document.addEventListener("htmx:load", (event) => {
    const part = event.detail.elt;
    prepare(part);
    const news = part.dataset?.said;
    if (news && news !== said) document.getElementById("said").textContent = said = news;
  });
  prepare(document);
})();
