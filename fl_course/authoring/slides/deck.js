// Starts reveal.js, and gives the letters on a slide the size that its room allows: larger where there
// is little, smaller where a browser's fonts need more room than was reckoned with.
(() => {
  "use strict";
  const { width, height } = document.currentScript.dataset;

  const LARGEST = 130;

  const overflows = body =>
    body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;

  const fit = slide => {
    const page = slide && slide.querySelector(":scope > .page");
    if (!page) return;
    const body = page.querySelector(".body");
    const figure = page.querySelector(".figure") !== null;
    page.style.setProperty("--words", 1);
    let percent = figure ? 100 : LARGEST;
    for (; percent >= 60; percent -= 5) {
      page.style.fontSize = `${percent}%`;
      // Letters do not become so large that a line of code is broken.
      page.classList.toggle("large", percent > 100);
      if (!overflows(body)) break;
    }
    for (let words = LARGEST; words > percent && !figure; words -= 10) {
      page.style.setProperty("--words", words / percent);
      if (!overflows(body)) return;
    }
    page.style.setProperty("--words", 1);
  };

  Reveal.on("ready", event => fit(event.currentSlide));
  Reveal.on("slidechanged", event => fit(event.currentSlide));
  Reveal.on("pdf-ready", () => document.querySelectorAll("section").forEach(fit));
  document.fonts.ready.then(() => Reveal.isReady() && fit(Reveal.getCurrentSlide()));

  Reveal.initialize({
    width: Number(width),
    height: Number(height),
    margin: 0,
    minScale: 0.1,
    center: false,
    hash: true,
    navigationMode: "linear",
    scrollActivationWidth: null,
    slideNumber: "c/t",
    transition: "none",
    backgroundTransition: "none",
    pdfSeparateFragments: false,
    // A slide is measured before its letters are made smaller, and would get a blank page more.
    pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes, RevealZoom],
  });
})();
