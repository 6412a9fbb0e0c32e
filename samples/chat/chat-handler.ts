import {
  answer,
  Bus,
  Connection,
  json,
  OnInfo,
  OnInit,
  OnTerminate,
  OnText,
  OnUpgrade,
  Presence,
  PresenceDiff,
  reject,
  UpgradeRequest,
  VaqueroError,
  WebSocketHandler,
} from 'vaquero';
import { Here } from './here.js';
import { History } from './history.js';
import { HistoryAsked, Said, Typing, topicOf } from './infos.js';
import { Memory } from './memory.js';
import { nameFault, roomFault, tidy } from './names.js';
import { mustYield, People, type Person } from './people.js';
import { MAX_MESSAGE, readMessage } from './wire.js';

/** People who are asked, one after the other, what was said before. */
const ASKED = 3;
/** Milliseconds that each of them has to answer. */
const ANSWER_TIMEOUT = 5_000;

/**
 * One person in one room: `/chat/lobby?name=Ada`. All that is shared goes over the bus, so it is the same on one node and on many: who is there is
 * presence, what is said is published, and what was said before is asked of those who heard it.
 */
@WebSocketHandler('/chat/:room', {
  maxFrameSize: MAX_MESSAGE,
  // Ten at once, then five a second: nobody types faster, and a flood waits instead of drowning the room.
  rateLimit: { messages: 5, burst: 10, policy: 'pause' },
})
export class ChatHandler {
  private readonly room: string;
  private readonly topic: string;
  private wanted = '';
  private people = new People();
  private history = new History();
  /** Set by `join`, before which nothing else is handled. */
  private me!: Person;

  constructor(
    private readonly connection: Connection<{ room: string }>,
    private readonly bus: Bus,
    private readonly presence: Presence,
    private readonly memory: Memory,
    private readonly here: Here,
  ) {
    this.room = connection.params.room;
    this.topic = topicOf(this.room);
  }

  /** A bad name is refused here, with a sentence that a terminal shows. Browsers hide it from pages, so the page checks before it asks. */
  @OnUpgrade() admit(request: UpgradeRequest) {
    this.wanted = tidy(new URLSearchParams(request.query).get('name') ?? '');
    const fault = roomFault(this.room) ?? nameFault(this.wanted);
    if (fault !== undefined) return reject(400, { body: `${fault}\n` });
    // Who is in the room is written down there.
    if (this.bus.status !== 'connected') return reject(503, { body: 'The broker is away. Come again in a moment.\n' });
  }

  /** Listens first and looks around then, so that nothing is missed; can be seen last, so that whoever can be seen knows what was said. */
  @OnInit() async join() {
    await this.connection.subscribe(this.topic);
    this.people = new People(await this.presence.list(this.topic));
    this.history = new History(await this.askWhatWasSaid());
    this.me = { name: this.people.freeName(this.wanted), since: Date.now(), node: this.here.node };
    await this.connection.track(this.topic, this.me);
    return this.welcome();
  }

  @OnText() heard(message: string) {
    const request = readMessage(message);
    switch (request.type) {
      case 'say':
        return this.bus.publish(this.topic, new Said(this.me.name, request.text, this.history.time()));
      case 'typing':
        return this.bus.publish(this.topic, new Typing(this.me.name));
      case 'invalid':
        return json({ type: 'refused', reason: request.reason });
    }
  }

  @OnInfo() said(line: Said) {
    if (this.history.add(line)) return json(line);
  }

  /** One knows that one is typing. */
  @OnInfo() typing(info: Typing) {
    if (info.name !== this.me.name) return json(info);
  }

  @OnInfo() changed(diff: PresenceDiff) {
    const { left, joined } = this.people.apply(diff);
    const at = Date.now();
    const news = [
      ...left.map(({ name }) => json({ type: 'left', name, at })),
      ...joined.map(({ name, node }) => json({ type: 'joined', name, at, node })),
    ];
    const entry = { ref: this.connection.ref, meta: this.me };
    return diff.joins.some((other) => mustYield(entry, other)) ? [...news, this.rename()] : news;
  }

  @OnInfo(HistoryAsked) whatWasSaid() {
    return answer(this.history.lines);
  }

  /** Also runs for those who were refused, and heard nothing. */
  @OnTerminate() leave() {
    this.memory.keep(this.room, this.history.lines);
  }

  /** Who is there, on which node if there are several, and what was said. */
  private welcome() {
    const { name, node } = this.me;
    const all = [...this.people.inOrder.map(([, person]) => person), this.me];
    return json({
      type: 'welcome',
      name,
      names: all.map((person) => person.name),
      lines: this.history.lines,
      ...(node !== undefined && { node, nodes: all.map((person) => person.node) }),
    });
  }

  /** Those who came first know most. Where nobody is, or none of them can say, there is what this node remembers. */
  private async askWhatWasSaid(): Promise<readonly Said[]> {
    for (const [ref] of this.people.inOrder.slice(0, ASKED)) {
      try {
        return await this.bus.request<readonly Said[]>(ref, new HistoryAsked(), { timeout: ANSWER_TIMEOUT });
      } catch (error) {
        // Gone meanwhile, or too busy: the next may know.
        if (!VaqueroError.is(error)) throw error;
      }
    }
    return this.memory.recall(this.room);
  }

  /** Somebody came at the same time, and keeps the name. */
  private async rename() {
    this.me = { ...this.me, name: this.people.freeName(this.wanted) };
    await this.connection.track(this.topic, this.me);
    return json({ type: 'renamed', name: this.me.name });
  }
}
