/* A cell that leads somewhere. React writes the text, so what a file says is never taken for markup. */
var dagcomponentfuncs = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

dagcomponentfuncs.Leads = function (props) {
  if (props.value === null || props.value === undefined || props.value === "") return "";
  var href = props.to + "?" + props.as + "=" + encodeURIComponent(props.value);
  var go = function (event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    window.pmGo(href);
  };
  return React.createElement("a", { href: href, onClick: go }, String(props.value));
};
