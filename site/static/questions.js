// Makes a form of each question: a choice and a button show what is said to it. Without this script
// the choices are a list, and what is said is folded below it.
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // What is in a list's item: the theme may have put it in a paragraph.
  const content = item => [...(item.children.length === 1 && item.querySelector(":scope > p") || item).childNodes];

  document.querySelectorAll(".question").forEach((question, number) => {
    const list = question.querySelector(":scope > ul");
    const folded = question.querySelector(":scope > details");
    const answers = [...folded.querySelector("ul").children];
    const asked = make("div", { id: `question-${number + 1}` });
    while (question.firstChild !== list) asked.append(question.firstChild);

    const choices = make("div");
    choices.setAttribute("role", "radiogroup");
    choices.setAttribute("aria-labelledby", asked.id);
    for (const [place, item] of [...list.children].entries()) {
      const radio = make("input", { type: "radio", name: "choice", value: place });
      choices.append(make("label", { className: "choice" }, radio, make("span", {}, ...content(item))));
    }

    const said = make("div", { className: "said" });
    said.setAttribute("role", "status");
    const button = make("button", { type: "submit", textContent: question.dataset.check });
    const form = make("form", {}, asked, choices, button, said);
    form.addEventListener("change", () => said.replaceChildren());
    form.addEventListener("submit", event => {
      event.preventDefault();
      const chosen = new FormData(form).get("choice");
      const answer = chosen === null ? [question.dataset.choose] : answers[chosen].cloneNode(true).childNodes;
      said.replaceChildren(...answer);
    });
    question.replaceChildren(form);
  });
});
