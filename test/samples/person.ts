import { RawClient } from '../support/raw-client.js';

/** One person in a room of the chat. */
export class Person {
  private constructor(readonly client: RawClient) {}

  static async join(socketUrl: string, room: string, name: string): Promise<Person> {
    return new Person(await RawClient.open(socketUrl, `/chat/${room}?name=${encodeURIComponent(name)}`));
  }

  async hears(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.client.nextText());
  }

  /** The next of a type; what comes before is not looked at. */
  async hearsOf(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const heard = await this.hears();
      if (heard.type === type) return heard;
    }
  }

  says(text: string): void {
    this.client.text(JSON.stringify({ type: 'say', text }));
  }
}
