// Keys pressed in a widget belong to the widget. JupyterLab hears every key first and asks only the element that has
// the focus whether its one-letter commands (x cuts a cell, d d deletes it) are wanted there.
if (!window.courseKeepsKeys) {
  window.courseKeepsKeys = true;
  const widgetOf = (element) => {
    let widget = element.closest?.(".jupyter-widgets");
    while (widget?.parentElement?.closest(".jupyter-widgets")) widget = widget.parentElement.closest(".jupyter-widgets");
    return widget;
  };
  const radiosBeside = (element) => {  // of one question: grouped, so that Tab goes from question to question
    const radios = [...(element.closest?.(".widget-radio-box")?.querySelectorAll("input[type=radio]") ?? [])];
    window.courseRadios = window.courseRadios ?? 0;
    if (radios.length && !radios[0].name) {
      const name = `course-radios-${window.courseRadios++}`;
      radios.forEach((radio) => { radio.name = name; });
    }
    return radios;
  };
  window.courseNameSliders = () => {  // a handle has no name of its own: a screen reader would say a bare number
    for (const slider of document.querySelectorAll(".widget-slider")) {
      const name = slider.querySelector(".widget-label")?.textContent.trim();
      for (const handle of slider.querySelectorAll("[role=slider]")) if (name) handle.setAttribute("aria-label", name);
    }
  };
  window.addEventListener("focusin", (event) => {
    window.courseNameSliders();
    radiosBeside(event.target);
  }, true);
  window.addEventListener("keydown", (event) => {
    if (!widgetOf(event.target)) return;
    const radios = radiosBeside(event.target);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (radios.length && step) {  // arrows look at the options, Space answers
      event.preventDefault();
      const next = radios.indexOf(event.target) + step + radios.length;
      radios[next % radios.length].focus();
    }
    const command = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !command);  // Ctrl+S and Shift+Enter still work
  }, true);
  window.addEventListener("pointerdown", (event) => {
    const widget = widgetOf(event.target);
    if (!widget) return;
    setTimeout(() => {  // after JupyterLab has given the focus to the cell
      if (widget.contains(document.activeElement)) return;
      widget.tabIndex = -1;
      widget.style.outline = "none";
      widget.focus({ preventScroll: true });
    });
  }, true);
}
setTimeout(window.courseNameSliders, 1000);  // after the widget has been drawn
