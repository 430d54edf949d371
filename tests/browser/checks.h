// SPDX-License-Identifier: Apache-2.0
// Run in a page: what is wrong with what it shows.
#pragma once

namespace assay::test {

// Contrast is that of WCAG 2.1: 4.5 for text, 3 for large text, against the first opaque background
// behind it. Pictures have colours of their own.
inline constexpr const char* kChecks = R"js((() => {
  const problems = [], files = [];
  const root = document.documentElement;
  const say = (what, element) => problems.push(what + ': ' +
      element.outerHTML.replace(/\s+/g, ' ').slice(0, 120));
  if (root.scrollWidth > window.innerWidth) {
    problems.push('wider than the window: ' + root.scrollWidth + ' of ' + window.innerWidth);
    for (const e of document.body.querySelectorAll('*')) {
      if (e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.scroll, pre, svg, .picture')) {
        say('reaches beyond the window', e);
        break;
      }
    }
  }

  const ids = new Set();
  for (const e of document.querySelectorAll('[id]')) {
    if (ids.has(e.id)) say('id given twice', e);
    ids.add(e.id);
  }
  for (const e of document.querySelectorAll('[href], [src]')) {
    const link = e.getAttribute('href') || e.getAttribute('src');
    if (link.startsWith('#')) {
      if (!ids.has(decodeURIComponent(link.slice(1)))) say('leads nowhere', e);
    } else if (!/^[a-z]+:/.test(link)) {
      files.push(link);
    }
  }

  for (const e of document.querySelectorAll('img, svg')) {
    if (e.parentElement.closest('svg')) continue;
    const box = e.getBoundingClientRect();
    if (box.width < 10 || box.height < 10) say('a picture without a size', e);
    if (e.tagName === 'IMG' && e.naturalWidth === 0) say('a picture that is not there', e);
    if (e.tagName !== 'IMG' && !e.querySelector('path, rect, text, circle, polygon, polyline, line, use'))
      say('an empty picture', e);
  }
  if (!document.title.trim()) problems.push('no title');
  if (!root.lang) problems.push('no language');

  const parse = text => {
    const n = text.match(/[\d.]+/g).map(Number);
    return n.length < 4 ? [...n, 1] : n;
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = e => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(v => {
      v /= 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || e.closest('svg, script, style, noscript')) continue;
    if (e.getClientRects().length === 0) continue;
    const style = getComputedStyle(e), behind = background(e);
    const a = light(over(parse(style.color), behind)), b = light(behind);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) {
      const key = style.color + ' on rgb(' + behind.slice(0, 3).map(Math.round) + ')';
      if (!faint.has(key)) say('contrast ' + contrast.toFixed(2) + ', ' + key, e);
      faint.add(key);
    }
  }
  return {problems, files, width: window.innerWidth,
          dark: matchMedia('(prefers-color-scheme: dark)').matches};
})())js";

}  // namespace assay::test
