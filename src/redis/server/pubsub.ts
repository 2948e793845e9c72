/**
 * Channels and patterns, and who listens to them (`pubsub.c`).
 *
 * PUBLISH is what Sentinels send most: a message is built once for each protocol spoken by its
 * receivers, and handed to all of them.
 */
import { globMatches } from "../wire/glob.js";
import { bulk, integer, nullBulk, type Protocol, push, type Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { ServerProcess } from "./process.js";

const messageWord = bulk("message");
const patternMessageWord = bulk("pmessage");

export class PubSub {
  /** Subscribers of each channel, and of each pattern, in the order in which they came. */
  readonly channels = new Map<string, Set<Client>>();
  readonly patterns = new Map<string, Set<Client>>();
  readonly #process: ServerProcess;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  /** `pubsubPublishMessage()`: how many received it. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    const subscribers = this.channels.get(channel);
    if (subscribers === undefined && this.patterns.size === 0) return 0;
    const channelBulk = bulk(channel);
    const messageBulk = bulk(message);
    if (subscribers !== undefined) {
      const items = [messageWord, channelBulk, messageBulk];
      receivers += this.#deliver(subscribers, items);
    }
    for (const [pattern, listeners] of this.patterns) {
      if (!globMatches(pattern, channel)) continue;
      const items = [patternMessageWord, bulk(pattern), channelBulk, messageBulk];
      receivers += this.#deliver(listeners, items);
    }
    return receivers;
  }

  subscribe(client: Client, channel: string): void {
    if (join(this.channels, client.channels, client, channel)) client.subscriptions++;
    this.#confirm(client, "subscribe", channel);
  }

  subscribePattern(client: Client, pattern: string): void {
    if (join(this.patterns, client.patterns, client, pattern)) client.subscriptions++;
    this.#confirm(client, "psubscribe", pattern);
  }

  unsubscribe(client: Client, channel: string): void {
    if (leave(this.channels, client.channels, client, channel)) client.subscriptions--;
    this.#confirm(client, "unsubscribe", channel);
  }

  unsubscribePattern(client: Client, pattern: string): void {
    if (leave(this.patterns, client.patterns, client, pattern)) client.subscriptions--;
    this.#confirm(client, "punsubscribe", pattern);
  }

  /** Without arguments: from all, or the word that there was none. */
  unsubscribeFromEach(client: Client): void {
    if (client.channels.size === 0) this.#confirm(client, "unsubscribe", undefined);
    for (const channel of [...client.channels]) this.unsubscribe(client, channel);
  }

  unsubscribeFromEachPattern(client: Client): void {
    if (client.patterns.size === 0) this.#confirm(client, "punsubscribe", undefined);
    for (const pattern of [...client.patterns]) this.unsubscribePattern(client, pattern);
  }

  /** A client leaves, without a word. */
  unsubscribeAll(client: Client): void {
    if (client.subscriptions === 0) return;
    for (const channel of [...client.channels]) {
      leave(this.channels, client.channels, client, channel);
    }
    for (const pattern of [...client.patterns]) {
      leave(this.patterns, client.patterns, client, pattern);
    }
    client.subscriptions = 0;
  }

  #deliver(receivers: ReadonlySet<Client>, items: readonly Value[]): number {
    let inProtocol2: Value | undefined;
    let inProtocol3: Value | undefined;
    for (const client of receivers) {
      if (client.protocol === 3) {
        inProtocol3 ??= push(items, 3);
        this.#process.reply(client, inProtocol3);
      } else {
        inProtocol2 ??= push(items, 2);
        this.#process.reply(client, inProtocol2);
      }
    }
    return receivers.size;
  }

  #confirm(client: Client, word: string, name: string | undefined): void {
    const { protocol } = client;
    const subject = name === undefined ? nullBulk(protocol) : bulk(name);
    this.#process.reply(client, confirmation(word, subject, client.subscriptions, protocol));
  }
}

function confirmation(word: string, subject: Value, count: number, protocol: Protocol): Value {
  return push([bulk(word), subject, integer(count)], protocol);
}

/** False when it listens already. */
function join(
  all: Map<string, Set<Client>>,
  own: Set<string>,
  client: Client,
  name: string,
): boolean {
  if (own.has(name)) return false;
  own.add(name);
  const subscribers = all.get(name);
  if (subscribers === undefined) all.set(name, new Set([client]));
  else subscribers.add(client);
  return true;
}

/** False when it did not listen. */
function leave(
  all: Map<string, Set<Client>>,
  own: Set<string>,
  client: Client,
  name: string,
): boolean {
  if (!own.delete(name)) return false;
  const subscribers = all.get(name);
  subscribers?.delete(client);
  if (subscribers?.size === 0) all.delete(name);
  return true;
}
