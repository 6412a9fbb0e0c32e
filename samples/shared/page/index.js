const COPY = 'M9 9h10v12H9zM15 9V3H5v12h4';
const DONE = 'M5 13l4 4L19 7';
const SHOWN = 1_500;

for (const code of document.querySelectorAll('pre code')) {
  code.textContent = code.textContent.replace('localhost:8080', location.host);
  addCopyButton(code.parentElement, code.textContent);
}

function addCopyButton(pre, command) {
  const block = document.createElement('div');
  block.className = 'command';
  pre.replaceWith(block);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.setAttribute('aria-label', 'Copy this command');
  const path = icon(button);
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command);
    mark(true);
    setTimeout(mark, SHOWN, false);
  });
  block.append(pre, button);
  mark(false);

  function mark(copied) {
    button.classList.toggle('copied', copied);
    path.setAttribute('d', copied ? DONE : COPY);
  }
}

function icon(button) {
  const SVG = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  svg.append(path);
  button.append(svg);
  return path;
}
