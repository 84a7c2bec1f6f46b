/* How numbers of a grid are written; the same as pm_pipeline/dashboard/text.py. */
var dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

dagfuncs.written = function (value, kind) {
  if (value === null || value === undefined) return "";
  var digits = kind === "money" ? 2 : 0;
  if (kind === "ratio") return (value * 100).toFixed(1) + " %";
  if (kind === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
};
