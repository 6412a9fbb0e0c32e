const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
const KEPT_POSTS = 500;

const [status, posts, hint, form, send] = ['status', 'posts', 'hint', 'form', 'send'].map((id) => document.getElementById(id));
// __if params__
const query = new URLSearchParams(location.search);
// __end__
const url = new URL(__socketPath__, location.href);
url.protocol = url.protocol.replace('http', 'ws');

let socket;
let attempts = 0;

/** Connects, and again when the connection is lost: after a while that grows, and not in step with other pages. */
function connect() {
  show('connecting', 'Connecting …');
  socket = new WebSocket(url);
  socket.addEventListener('open', () => {
    attempts = 0;
    show('open', 'Connected');
  });
  socket.addEventListener('message', ({ data }) => add(JSON.parse(data)));
  socket.addEventListener('close', () => {
    show('closed', 'Connection lost, trying again …');
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts++);
    setTimeout(connect, delay * (0.5 + Math.random() / 2));
  });
}

function show(state, words) {
  status.dataset.state = state;
  status.textContent = words;
  send.disabled = state !== 'open';
}

function add(post) {
  const item = document.createElement('li');
  const words = document.createElement('p');
  words.textContent = post.text;
  const time = document.createElement('time');
  time.dateTime = post.at;
  time.textContent = new Date(post.at).toLocaleTimeString([], { timeStyle: 'short' });
  item.append(words, time);
  posts.append(item);
  if (posts.childElementCount > KEPT_POSTS) posts.firstElementChild.remove();
  hint.hidden = true;
  item.scrollIntoView({ block: 'end' });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  socket.send(new FormData(form).get('text'));
  form.reset();
});

connect();
