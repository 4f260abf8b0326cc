// The contrast of every visible text to its ground (WCAG 2.2), and the texts that have too little.
(enough) => {
  const channel = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = (rgb) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * channel(rgb[i] / 255), 0);
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const over = (top, under) => under.map((c, i) => top[i] * (top[3] ?? 1) + c * (1 - (top[3] ?? 1)));
  const ground = (node) => {
    const stack = [];
    for (let at = node; at; at = at.parentElement) stack.unshift(parts(getComputedStyle(at).backgroundColor));
    return stack.reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const seen = (node) =>
    node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !node.closest("[inert], .unseen, select") &&
    node.getClientRects().length > 0;
  const low = [];
  let count = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const node = walker.currentNode.parentElement;
    if (!text || !seen(node)) continue;
    count += 1;
    const under = ground(node);
    const [a, b] = [over(parts(getComputedStyle(node).color), under), under].map(light).sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < enough) low.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className}: ${text.slice(0, 40)}`);
  }
  return { count, low };
}
