/** The labels in the rendered text where the page gives no others. */

/** @type {import("#js/markdown/context.js").Labels} */
export const ENGLISH_LABELS = {
  copy: "Copy",
  copyCode: "Copy code",
  copied: "Copied",
  wrap: "Wrap",
  wrapCode: "Wrap long lines",
  image: "Image",
  table: "Table",
  done: "Done",
  open: "Not done",
  diagram: "Diagram",
  showSource: "Source",
  enlarge: "Enlarge",
};
