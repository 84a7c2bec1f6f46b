/* Moving between pages without loading everything again, the title of the page, and filters that apply themselves. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  pm: {
    entitle: function (title) {
      document.title = (title ? title + " - " : "") + "pm_pipeline";
      return window.dash_clientside.no_update;
    },
  },
});

/* Dash's own address component listens to the browser's history */
window.pmGo = function (href) {
  window.history.pushState({}, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
  window.scrollTo(0, 0);
};

document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!form.classList.contains("filters")) return;
  event.preventDefault();
  var said = new URLSearchParams();
  new FormData(form).forEach(function (value, name) {
    if (String(value).trim()) said.append(name, String(value).trim());
  });
  var query = said.toString();
  window.pmGo(form.getAttribute("action") + (query ? "?" + query : ""));
});

document.addEventListener("change", function (event) {
  var form = event.target.closest ? event.target.closest("form.filters") : null;
  if (form && event.target.tagName === "SELECT") form.requestSubmit();
});
