/* The title of the page, and filters that apply themselves and leave what is empty out of the address. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  pm: {
    entitle: function (title) {
      document.title = (title ? title + " - " : "") + "pm_pipeline";
      return window.dash_clientside.no_update;
    },
  },
});

document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!form.classList.contains("filters")) return;
  form.querySelectorAll("input, select").forEach(function (field) {
    if (!field.value) field.disabled = true;
  });
});

document.addEventListener("change", function (event) {
  var form = event.target.closest ? event.target.closest("form.filters") : null;
  if (form && event.target.tagName === "SELECT") form.requestSubmit();
});

/* a page taken from the browser's memory must not come back with its filters disabled */
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form.filters :disabled").forEach(function (field) {
    field.disabled = false;
  });
});
