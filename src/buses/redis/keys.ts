/** Names what one application has in Redis. */
export class Keys {
  /** The set of nodes that have records of presence. */
  readonly presenceNodes: string;
  /** Begins the name of a topic's records of presence. */
  readonly presenceTopics: string;

  constructor(private readonly prefix: string) {
    this.presenceNodes = `${prefix}:presence:nodes`;
    this.presenceTopics = `${prefix}:presence:topic:`;
  }

  /** There while a node lives. */
  node(node: string): string {
    return `${this.prefix}:node:${node}`;
  }

  /** There when a session has ended. */
  ended(session: string): string {
    return `${this.prefix}:ended:${session}`;
  }

  /** The records of presence of a topic. */
  presenceTopic(topic: string): string {
    return this.presenceTopics + topic;
  }

  /** Where a node has records of presence. */
  presenceNode(node: string): string {
    return `${this.prefix}:presence:node:${node}`;
  }

  /** A channel that nobody uses, of the application as all its channels are. */
  probe(session: string): string {
    return `${this.prefix}.probe.${session}`;
  }
}
